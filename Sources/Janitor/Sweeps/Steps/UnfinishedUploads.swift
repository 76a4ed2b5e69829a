import Chat
import Foundation
import Kernel
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
        // One that is completed meanwhile has been acknowledged, however long it took.
        let rows = try await sweep.markUnused(
            why: "the upload was never finished",
            sweep.unfinished,
            mark: sweep.store.attachments.markUnfinished
        )
        var entry = SweepReport.Entry(rows: rows)
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
            do {
                try remove(file)
                entry.files += 1
                entry.bytes += file.byteCount
            } catch {
                fail(file.name, error, in: &entry)
            }
        }
    }

    private func remove(_ file: UnfinishedFile) throws(FileFailure) {
        guard !isDryRun else { return }
        if let ledger {
            let now = Date()
            var line = LedgerEntry(
                at: now,
                step: SweepStep.unfinishedUploads.name,
                action: .remove,
                why: "the file was being written when the server ended"
            )
            line.file = file.name
            line.bytes = file.byteCount
            line.ageSeconds = max(0, Int(now.timeIntervalSince(file.modifiedAt)))
            ledger.append([line])
        }
        try spool.remove(file)
    }
}
