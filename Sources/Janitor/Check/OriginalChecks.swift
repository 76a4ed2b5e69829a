import Chat
import Foundation
import Kernel
import Media
import Vocabulary

extension Check {
    /// Complete attachments without their original. Never removed: a backup may have the file.
    static let lostOriginals = Check(
        name: "lost_originals",
        summary: "originals are missing",
        advice: "restore the files from a backup"
    ) { fsck, found in
        try await fsck.walk(fsck.checks.attachments(after:limit:)) { page in
            try await found(try await fsck.certain(page) { try await fsck.hasNoOriginal($0) })
        }
    } describe: { (attachment: Attachment) in
        Finding(
            subject: "\(attachment.id)",
            detail: "\(attachment.facts.byteCount) bytes of \(attachment.facts.mediaType)"
        )
    }

    /// Originals that are not what was received. They are stored without their metadata, and `byte_count` and `sha256`
    /// describe what is stored.
    static let damagedOriginals = Check(
        name: "damaged_originals",
        summary: "originals differ from what was stored",
        advice: "restore the files from a backup, and check the disk"
    ) { fsck, found in
        try await fsck.walk(fsck.checks.attachments(after:limit:)) { page in
            var damaged: [DamagedOriginal] = []
            for attachment in page {
                guard let reason = try await fsck.damage(of: attachment) else { continue }
                damaged.append(DamagedOriginal(id: attachment.id, reason: reason))
            }
            let still = try await fsck.checks.attachments(damaged.map(\.id))
            try await found(damaged.filter { still[$0.id] != nil })
        }
    } describe: { (damaged: DamagedOriginal) in
        Finding(subject: "\(damaged.id)", detail: damaged.reason)
    }

    /// Files past their grace period of which no row knows. A sweep moves them to the trash, unless there are too many.
    static let orphans = Check(
        name: "orphans",
        summary: "files have no row",
        advice: "if there are too many, nothing was moved; is this the right database?"
    ) { fsck, found in
        let oldest = Date(timeIntervalSinceNow: -Double(fsck.sweep.grace.unknown.seconds))
        try await fsck.walkFiles { files in
            let old = files.filter { $0.modifiedAt <= oldest }
            let existing = try await fsck.store.attachments.existing(among: old.map { Attachment.ID($0.key.blob.uuid) })
            try await found(old.filter { !existing.contains(Attachment.ID($0.key.blob.uuid)) })
        }
    } describe: { (file: ArchivedFile) in
        Finding(subject: file.key.path, detail: "\(file.byteCount) bytes")
    } repairAll: { fsck in
        let moved = try await SweepStep.unknownFiles.run(fsck.sweep)
        return moved.stopReason == nil ? moved.files : 0
    }
}

private struct DamagedOriginal: Sendable {
    let id: Attachment.ID
    let reason: String
}

extension Fsck {
    /// Bytes of originals that are read between two pauses.
    private static let bytesBetweenRests = 4 << 20

    /// Those of these attachments that look damaged, and still do when their rows are read again.
    func certain(
        _ page: [Attachment],
        _ isDamaged: (Attachment) async throws -> Bool
    ) async throws -> [Attachment] {
        var suspects: [Attachment.ID] = []
        for attachment in page where try await isDamaged(attachment) { suspects.append(attachment.id) }
        let now = try await checks.attachments(suspects)
        var certain: [Attachment] = []
        for attachment in suspects.compactMap({ now[$0] }) where try await isDamaged(attachment) {
            certain.append(attachment)
        }
        return certain
    }

    func hasNoOriginal(_ attachment: Attachment) async throws -> Bool {
        try await archive.byteCount(of: .original(attachment.blob)) == nil
    }

    /// Lists the archive, page by page.
    func walkFiles(_ body: ([ArchivedFile]) async throws -> Void) async throws {
        var cursor: ArchiveCursor?
        repeat {
            let page = try await archive.list(after: cursor)
            if !page.files.isEmpty {
                try await body(page.files)
                try await rest()
            }
            cursor = page.next
        } while cursor != nil
    }

    /// Why an original is not what its row says; nil if it is, or if there is none.
    fileprivate func damage(of attachment: Attachment) async throws -> String? {
        let key = ArchiveKey.original(attachment.blob)
        let expected = Int(attachment.facts.byteCount)
        guard let size = try await archive.byteCount(of: key) else { return nil }
        guard size == expected else { return "\(size) bytes instead of \(expected)" }
        guard !isQuick else { return nil }
        do {
            let digest = try await archive.digest(of: key)
            if size >= Self.bytesBetweenRests { try await rest() }
            return digest.sha256 == Hex.lowercase(attachment.facts.sha256) ? nil : "its checksum is wrong"
        } catch let failure as FileFailure {
            return failure.isMissing ? nil : "it cannot be read: \(failure.reason)"
        }
    }
}

extension Attachment {
    var blob: BlobID { BlobID(id.uuid) }
}
