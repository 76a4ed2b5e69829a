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
    private static let why = "the attachment was deleted"

    /// Removes the files of deleted attachments, and then their rows.
    fileprivate func removeDeleted() async throws -> SweepReport.Entry {
        var entry = SweepReport.Entry()
        var last: DeletedAttachment?
        while true {
            let deleted = try await store.attachments.deleted(before: cutoff(grace.deleted), after: last, limit: batch)
            guard !deleted.isEmpty else { return entry }
            // Rows that stay are not read again by this sweep.
            last = deleted.last
            try await remove(deleted, in: &entry)
            note(done: entry.rows)
            try await rest()
        }
    }

    private func remove(_ deleted: [DeletedAttachment], in entry: inout SweepReport.Entry) async throws {
        let ids = deleted.map(\.blob)
        let files = try await archive.files(of: ids)
        let hashes = deleted.compactMap { attachment in attachment.sha256.map { (attachment.blob, $0) } }
        record(.remove, files, why: Self.why, sha256: Dictionary(uniqueKeysWithValues: hashes))
        // Durable before the rows are removed: a file that reappears after a power cut must have its row.
        let failures = try await archive.remove(ids)
        for (id, failure) in failures { fail(id.description, failure, in: &entry) }
        let removed = deleted.filter { failures[$0.blob] == nil }
        try await store.attachments.deleteRows(of: removed.map(\.id))
        record(.remove, rows: removed.count, why: Self.why)
        count(removed.count, files.filter { failures[$0.key.blob] == nil }, in: &entry)
    }

    /// Counts what ``removeDeleted()`` would remove if this were not a dry run.
    fileprivate func countDeleted() async throws -> SweepReport.Entry {
        var entry = SweepReport.Entry()
        // What is marked now is deleted now.
        if grace.deleted.seconds <= 0 {
            for find in steps.compactMap(\.findUnused) { try await count(try await find(self, .max), in: &entry) }
        }
        var last: DeletedAttachment?
        while true {
            let deleted = try await store.attachments.deleted(before: cutoff(grace.deleted), after: last, limit: batch)
            guard !deleted.isEmpty else { return entry }
            last = deleted.last
            try await count(deleted.map(\.id), in: &entry)
        }
    }

    private func count(_ attachments: [Attachment.ID], in entry: inout SweepReport.Entry) async throws {
        for start in stride(from: 0, to: attachments.count, by: batch) {
            let ids = attachments[start..<min(start + batch, attachments.count)].map { BlobID($0.uuid) }
            count(ids.count, try await archive.files(of: ids), in: &entry)
        }
    }

    private func count(_ rows: Int, _ files: [ArchivedFile], in entry: inout SweepReport.Entry) {
        entry.rows += rows
        entry.files += files.count
        entry.bytes += files.reduce(0) { $0 + $1.byteCount }
    }
}

extension DeletedAttachment {
    fileprivate var blob: BlobID { BlobID(id.uuid) }
}
