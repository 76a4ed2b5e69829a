import Chat
import Media
import Pictures
import Vocabulary

extension Check {
    /// Ready pictures without variants, or with a variant whose file is missing or has another size. They are rendered
    /// again, if their originals exist.
    static let variants = Check(
        name: "variants",
        summary: "pictures have missing or damaged variants",
        advice: "those without an original cannot be rendered again"
    ) { fsck, found in
        try await fsck.walk(fsck.checks.attachments(after:limit:)) { page in
            try await found(try await fsck.certain(page) { try await fsck.hasDamagedVariants($0) })
        }
    } describe: { (attachment: Attachment) in
        Finding(subject: "\(attachment.id)", detail: "of \(attachment.variantFiles.count) files")
    } repair: { fsck, attachment in
        guard try await !fsck.hasNoOriginal(attachment) else { return false }
        return try await fsck.checks.renderAgain(attachment.id)
    }

    /// Files of variants that no row knows, of attachments that have a row. They are moved to the trash.
    static let strayVariants = Check(
        name: "stray_variants",
        summary: "files of variants have no row",
        advice: "they are moved to the trash"
    ) { fsck, found in
        // Listed before the database is queried: the files of a picture are complete before its rows are written.
        try await fsck.walkFiles { files in try await found(try await fsck.strays(among: files)) }
    } describe: { (file: ArchivedFile) in
        Finding(subject: file.key.path, detail: "\(file.byteCount) bytes")
    } repair: { fsck, file in
        guard try await !fsck.strays(among: [file]).isEmpty else { return false }
        return try await fsck.archive.moveToTrash(file, on: .today)
    }
}

extension Fsck {
    /// False for anything but a ready picture.
    fileprivate func hasDamagedVariants(_ attachment: Attachment) async throws -> Bool {
        guard attachment.facts.kind == .image, attachment.status == .ready else { return false }
        guard !attachment.variants.isEmpty else { return true }
        for (file, byteCount) in attachment.variantFiles {
            guard try await archive.byteCount(of: .variant(file)) == byteCount else { return true }
        }
        return false
    }

    /// The files of variants that belong to none of the rows. A picture that is waiting may have files before it has
    /// rows.
    fileprivate func strays(among files: [ArchivedFile]) async throws -> [ArchivedFile] {
        let variants = files.compactMap { file -> (file: ArchivedFile, variant: VariantFile)? in
            if case .variant(let variant) = file.key { (file, variant) } else { nil }
        }
        let ids = Set(variants.map { Attachment.ID($0.variant.blob.uuid) })
        let attachments = try await checks.attachments(Array(ids))
        return variants.filter { _, variant in
            guard let attachment = attachments[Attachment.ID(variant.blob.uuid)], attachment.isRendered else {
                return false
            }
            return attachment.variantFiles[variant] == nil
        }.map(\.file)
    }
}

extension Attachment {
    /// Whether no attempt to render it is waiting or running.
    fileprivate var isRendered: Bool {
        switch status {
        case .processing: false
        case .ready: true
        case .failed(let failure): failure.retryAt == nil
        }
    }

    /// The sizes of its variants' files in bytes. Sizes that are the same picture share a file.
    fileprivate var variantFiles: [VariantFile: Int] {
        var files: [VariantFile: Int] = [:]
        for variant in variants {
            let file = VariantFile(blob: blob, size: variant.fileSize, format: variant.format)
            files[file] = Int(variant.byteCount)
        }
        if let animation { files[.animated(blob)] = Int(animation.byteCount) }
        return files
    }
}
