import Chat
import Pictures
import Vocabulary

extension Sweep {
    /// Removes the files of deleted attachments, and then their rows.
    func removeDeleted() async throws -> SweepReport.Entry {
        var entry = SweepReport.Entry()
        while case let deleted = try await store.deletedAttachments(limit: batch), !deleted.isEmpty {
            for id in deleted {
                let blob = BlobID(id.uuid)
                try count(blob, in: &entry)
                // Variants first: they are what a signed URL still reaches.
                try blobs.removeVariants(of: blob)
                try blobs.removeOriginal(blob)
            }
            // After a power cut a file may be back; then its row must be there too.
            for shard in Set(deleted.map { BlobID($0.uuid).shard }) { try blobs.sync(shard) }
            try await store.forget(deleted)
            try await rest()
        }
        return entry
    }

    /// What `removeDeleted` would do after the rows that are to be given up have been marked.
    func countDeleted() async throws -> SweepReport.Entry {
        var entry = SweepReport.Entry()
        for find in [stale, unattached, store.deletedAttachments] {
            for id in try await find(.max) { try count(BlobID(id.uuid), in: &entry) }
        }
        return entry
    }

    private func count(_ blob: BlobID, in entry: inout SweepReport.Entry) throws {
        entry.rows += 1
        let sizes =
            try [blobs.byteCount(ofOriginal: blob)] + VariantFile.all(of: blob).map { try blobs.byteCount(of: $0) }
        for case let size? in sizes {
            entry.files += 1
            entry.bytes += size
        }
    }
}
