import Chat
import Foundation
import Media
import SnugSettings
import Vocabulary

/// Removes files and rows that are no longer needed.
///
/// Rows are marked first, then their files are removed, then the rows, so that the next sweep continues where a killed
/// one stopped. It works in small batches with pauses, so that it does not slow a server on the same core.
struct Sweep {
    let store: Store
    let archive: any Archive
    let spool: Spool
    let grace: GracePeriods
    let isDryRun: Bool
    /// Rows in a batch.
    var batch = 200
    /// Pause between two batches.
    var pause = Duration.milliseconds(5)
    /// Most events of a room that the log keeps, whatever their age.
    var eventsPerRoom = 10_000
    /// Most files without a row that one sweep moves; the rest is left to the next one.
    var maxLeftovers = 10_000

    func run() async throws -> SweepReport {
        let start = ContinuousClock.now
        var report = SweepReport(dryRun: isDryRun)
        for step in SweepStep.all { report[step] = try await step.run(self) }
        report.seconds = (ContinuousClock.now - start) / .seconds(1)
        return report
    }

    func rest() async throws {
        try await Task.sleep(for: pause)
    }

    /// Marks the attachments that `find` returns, batch by batch, until it returns none.
    func markUnused(_ find: (Int) async throws -> [Attachment.ID]) async throws -> Int {
        guard !isDryRun else { return try await find(.max).count }
        var count = 0
        while true {
            var marked = 0
            for id in try await find(batch) where try await store.attachments.markUnused(id) { marked += 1 }
            guard marked > 0 else { return count }
            count += marked
            try await rest()
        }
    }

    /// Removes rows batch by batch until there are none left.
    func prune(
        _ remove: (Int) async throws -> Int,
        count countAll: () async throws -> Int
    ) async throws -> Int {
        guard !isDryRun else { return try await countAll() }
        var count = 0
        while case let removed = try await remove(batch), removed > 0 {
            count += removed
            try await rest()
        }
        return count
    }
}

extension SweepStep {
    /// Every step, in the order in which they run. Those that mark attachments precede ``deletedAttachments``, so that
    /// the same sweep removes what they mark.
    static let all: [SweepStep] = [
        .unfinishedUploads,
        .unattachedUploads,
        .deletedRooms,
        .eventLog,
        .idempotencyKeys,
        .deletedAttachments,
        .unknownFiles,
        .trash,
    ]
}

extension Timestamp {
    static func before(_ period: Period) -> Timestamp {
        .now - period.duration
    }
}
