import Chat
import Foundation
import Media
import Vocabulary

extension SweepStep {
    /// Marks the rows of unfinished uploads, and removes the files that a killed server was writing.
    static let unfinishedUploads = SweepStep(
        name: "receiving",
        findUnused: { sweep, limit in try await sweep.unfinished(limit: limit) }
    ) { entry, verb in
        "\(entry.rows) unfinished uploads \(verb) marked as deleted"
    } run: { sweep in
        var entry = SweepReport.Entry(rows: try await sweep.markUnused(sweep.unfinished))
        try sweep.removeUnfinishedFiles(&entry)
        return entry
    }
}

extension Sweep {
    fileprivate func unfinished(limit: Int) async throws -> [Attachment.ID] {
        try await store.attachments.stale(before: .before(grace.receiving), limit: limit)
    }

    /// Removes files that a killed server was writing. Nothing refers to them, because they never had a name.
    fileprivate func removeUnfinishedFiles(_ entry: inout SweepReport.Entry) throws {
        let oldest = Date(timeIntervalSinceNow: -Double(grace.receiving.seconds))
        for file in try spool.unfinishedFiles() where file.modifiedAt <= oldest {
            if !isDryRun { try spool.remove(file) }
            entry.files += 1
            entry.bytes += file.byteCount
        }
    }
}
