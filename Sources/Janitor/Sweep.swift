import Chat
import Foundation
import Media
import SnugSettings
import Vocabulary

/// One pass over everything that may be left over.
///
/// Rows are marked first, then files go, then the rows: killed at any point, the next sweep goes on where this one
/// ended. Everything is done in small batches with pauses, so that a chat on the same core notices nothing.
struct Sweep {
    let store: Store
    let archive: any Archive
    let spool: Spool
    let grace: GracePeriods
    let isDryRun: Bool
    /// Rows of one batch.
    var batch = 200
    /// Between two batches.
    var pause = Duration.milliseconds(5)
    /// Events of one room that the log keeps, however young they are.
    var eventsPerRoom = 10_000
    /// Files without a row handled in one sweep; the rest is for the next one.
    var maxLeftovers = 10_000

    func run() async throws -> SweepReport {
        let start = ContinuousClock.now
        var report = SweepReport(dryRun: isDryRun)
        report.receiving.rows = try await giveUp(stale)
        report.unattached.rows = try await giveUp(unattached)
        report.rooms.rows = try await prune(store.rooms.pruneDeleted, count: store.rooms.prunableCount)
        report.log.rows = try await pruneLog()
        report.keys.rows = try await prune(store.pruneKeys, count: store.oldKeyCount)
        report.deleted = isDryRun ? try await countDeleted() : try await removeDeleted()
        try await sweepDisk(&report)
        try await emptyTrash(&report)
        report.seconds = (ContinuousClock.now - start) / .seconds(1)
        return report
    }

    func rest() async throws {
        try await Task.sleep(for: pause)
    }

    func stale(limit: Int) async throws -> [Attachment.ID] {
        try await store.attachments.stale(before: .before(grace.receiving), limit: limit)
    }

    func unattached(limit: Int) async throws -> [Attachment.ID] {
        try await store.attachments.unattached(before: .before(grace.unattached), limit: limit)
    }

    /// Marks what `find` gives until it gives nothing more.
    private func giveUp(_ find: (Int) async throws -> [Attachment.ID]) async throws -> Int {
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
    private func prune(
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

    private func pruneLog() async throws -> Int {
        let time = Timestamp.before(grace.log)
        return try await prune { limit in
            try await store.events.prune(before: time, eventsPerRoom: eventsPerRoom, limit: limit)
        } count: {
            try await store.events.prunableCount(before: time, eventsPerRoom: eventsPerRoom)
        }
    }
}

extension Timestamp {
    static func before(_ period: Period) -> Timestamp {
        .now - period.duration
    }
}
