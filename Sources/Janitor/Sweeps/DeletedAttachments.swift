import Chat
import Media
import Vocabulary

extension SweepStep {
    /// Removes deleted attachments, including those that the steps before it marked.
    static let deletedAttachments = SweepStep(name: "deleted") { entry, verb in
        "\(entry.rows) deleted attachments with \(entry.files) files, \(entry.bytes) bytes, \(verb) removed"
    } run: { sweep in
        sweep.isDryRun ? try await sweep.countDeleted() : try await sweep.removeDeleted()
    }
}

extension Sweep {
    /// Removes the files of deleted attachments, and then their rows.
    fileprivate func removeDeleted() async throws -> SweepReport.Entry {
        var entry = SweepReport.Entry()
        while case let deleted = try await store.attachments.deleted(limit: batch), !deleted.isEmpty {
            try await count(deleted, in: &entry)
            // Durable before the rows are removed: a file that reappears after a power cut must have its row.
            try await archive.remove(deleted.map { BlobID($0.uuid) })
            try await store.attachments.deleteRows(of: deleted)
            try await rest()
        }
        return entry
    }

    /// Counts what ``removeDeleted()`` would remove if this were not a dry run.
    fileprivate func countDeleted() async throws -> SweepReport.Entry {
        var entry = SweepReport.Entry()
        for find in SweepStep.all.compactMap(\.findUnused) {
            try await count(try await find(self, .max), in: &entry)
        }
        try await count(try await store.attachments.deleted(limit: .max), in: &entry)
        return entry
    }

    private func count(_ attachments: [Attachment.ID], in entry: inout SweepReport.Entry) async throws {
        let use = try await archive.use(of: attachments.map { BlobID($0.uuid) })
        entry.rows += attachments.count
        entry.files += use.fileCount
        entry.bytes += use.byteCount
    }
}
