import Chat
import Media
import Pictures
import Vocabulary

extension SweepStep {
    /// Queues pictures whose variants are missing or empty, and reports missing originals, whose rows stay: the files may
    /// be on a disk that is not mounted, or in a backup.
    static let missingFiles = SweepStep(name: "missing") { entry, verb in
        "\(entry.rows) pictures with \(entry.files) missing variants \(verb) queued for rendering"
    } run: { sweep in
        try await sweep.findMissingFiles()
    }
}

extension Sweep {
    fileprivate func findMissingFiles() async throws -> SweepReport.Entry {
        var entry = SweepReport.Entry()
        var last: Attachment.ID?
        var count = 0
        while case let page = try await store.attachments.expectedFiles(after: last, limit: batch), !page.isEmpty {
            last = page.last?.id
            try await check(page, in: &entry)
            count += page.count
            // Ids are random, so the first byte shows how far this is.
            note(done: count, share: last.map { Double($0.uuid.uuid.0) / 256 })
            try await rest()
        }
        return entry
    }

    private func check(_ page: [ExpectedFiles], in entry: inout SweepReport.Entry) async throws {
        let missing = try await archive.missing(among: page.flatMap { [$0.original] + $0.variantKeys })
        let incomplete = page.filter { files in
            missing.contains(files.original) && files.byteCount > 0
                || files.variantKeys.contains(where: missing.contains)
        }
        // Read after the files: one that was deleted in between is not lost.
        let stored = try await store.attachments.stored(among: incomplete.map(\.id))
        var lostVariants: [Attachment.ID: Int] = [:]
        for files in incomplete where stored.contains(files.id) {
            if missing.contains(files.original) {
                entry.losses.add(SweepReport.Problem(file: files.id.description, reason: "the original is missing"))
            } else {
                lostVariants[files.id] = files.variantKeys.count(where: missing.contains)
            }
        }
        let queued = try await queue(Array(lostVariants.keys))
        entry.rows += queued.count
        entry.files += queued.reduce(0) { $0 + (lostVariants[$1] ?? 0) }
    }

    private func queue(_ pictures: [Attachment.ID]) async throws -> [Attachment.ID] {
        guard !isDryRun else { return pictures }
        let queued = try await store.renderings.renderAgain(pictures)
        record(.render, queued, why: "variants of the picture are missing or empty")
        return queued
    }
}

extension ExpectedFiles {
    fileprivate var original: ArchiveKey { .original(BlobID(id.uuid)) }

    /// Several sizes may share a file.
    fileprivate var variantKeys: Set<ArchiveKey> {
        guard isRendered else { return [] }
        let blob = BlobID(id.uuid)
        let sizes = variants.map { VariantFile(blob: blob, size: $0.fileSize, format: $0.format) }
        return Set((sizes + (hasAnimation ? [.animated(blob)] : [])).map(ArchiveKey.variant))
    }
}
