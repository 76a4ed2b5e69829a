import Chat
import Vocabulary

extension SweepStep {
    /// Marks uploads that no message uses.
    static let unattachedUploads = SweepStep(
        name: "unattached",
        findUnused: { sweep, limit in try await sweep.unattached(limit: limit) }
    ) { entry, verb in
        "\(entry.rows) unattached uploads \(verb) marked as deleted"
    } run: { sweep in
        let attachments = sweep.store.attachments
        let rows = try await sweep.markUnused(why: "no message uses the upload", sweep.unattached) { ids in
            try await attachments.markUnused(ids)
        }
        return SweepReport.Entry(rows: rows)
    }
}

extension Sweep {
    fileprivate func unattached(limit: Int) async throws -> [Attachment.ID] {
        try await store.attachments.unattached(before: .before(grace.unattached), limit: limit)
    }
}
