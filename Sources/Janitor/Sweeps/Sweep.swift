import Chat
import Foundation
import Kernel
import Media
import SnugSettings
import Vocabulary

/// Removes files and rows that are no longer needed.
///
/// Rows are marked first, then their files are removed, then the rows, so that the next sweep continues where a killed
/// one stopped. It works in small batches with pauses, so that it does not slow a server on the same core.
struct Sweep: Sendable {
    let store: Store
    let archive: any Archive
    let spool: Spool
    let grace: GracePeriods
    let isDryRun: Bool
    /// Where removals are recorded; nil if they are not.
    var ledger: Ledger?
    /// Whether files without a row are moved even if there are suspiciously many.
    var ignoresBrake = false
    /// When the database is tidied even if people are writing; nil for never.
    var upkeep = UpkeepRule(window: nil)
    var steps = SweepStep.all
    /// Rows in a batch.
    var batch = 200
    /// Pause between two batches.
    var pause = Duration.milliseconds(5)
    /// Most events of a room that the log keeps, whatever their age.
    var eventsPerRoom = 10_000
    /// Most files without a row that one sweep moves; the rest is left to the next one.
    var maxLeftovers = 10_000
    /// Age at which a message moves to the archive; nil if none does.
    var archiveAfter: Period?
    /// Called when something has been done.
    var onProgress: @Sendable (SweepProgress) -> Void = { _ in }
    private var progress = SweepProgress()

    init(store: Store, archive: any Archive, spool: Spool, grace: GracePeriods, isDryRun: Bool) {
        self.store = store
        self.archive = archive
        self.spool = spool
        self.grace = grace
        self.isDryRun = isDryRun
    }

    func run() async throws -> SweepReport {
        let start = ContinuousClock.now
        var report = SweepReport(dryRun: isDryRun)
        var sweep = self
        for (index, step) in steps.enumerated() {
            sweep.progress = SweepProgress(step: step.name, number: index + 1, count: steps.count)
            sweep.note(done: 0)
            report[step] = try await step.run(sweep)
        }
        report.ledgerFailure = ledger?.failure
        report.seconds = (ContinuousClock.now - start) / .seconds(1)
        return report
    }

    func rest() async throws {
        try await Task.sleep(for: pause)
    }

    /// Reports how far the current step is.
    ///
    /// - Parameters:
    ///   - done: Rows or files that have been handled.
    ///   - share: From 0 to 1; nil if the whole is not known.
    func note(done: Int, share: Double? = nil) {
        var progress = progress
        progress.done = done
        progress.share = share
        onProgress(progress)
    }

    /// Records in the ledger what is about to be removed. A dry run records nothing.
    func record(_ action: LedgerEntry.Action, _ files: [ArchivedFile], why: String, sha256: [BlobID: Data] = [:]) {
        guard !isDryRun, let ledger, !files.isEmpty else { return }
        let now = Date()
        ledger.append(
            files.map { file in
                var entry = LedgerEntry(at: now, step: progress.step, action: action, why: why)
                entry.file = file.key.name
                entry.bytes = file.byteCount
                entry.ageSeconds = max(0, Int(now.timeIntervalSince(file.modifiedAt)))
                if case .original(let id) = file.key { entry.sha256 = sha256[id].map { Hex.lowercase($0) } }
                return entry
            }
        )
    }

    /// Records what has been done with attachments. A dry run records nothing.
    func record(_ action: LedgerEntry.Action, _ attachments: [Attachment.ID], why: String) {
        guard !isDryRun, let ledger, !attachments.isEmpty else { return }
        ledger.append(
            attachments.map { id in
                var entry = LedgerEntry(at: Date(), step: progress.step, action: action, why: why)
                entry.file = id.description
                return entry
            }
        )
    }

    /// Records rows that have been removed or marked. A dry run records nothing.
    func record(_ action: LedgerEntry.Action, rows: Int, why: String) {
        guard !isDryRun, let ledger, rows > 0 else { return }
        var entry = LedgerEntry(at: Date(), step: progress.step, action: action, why: why)
        entry.rows = rows
        ledger.append([entry])
    }

    /// Records a file that could not be handled, and counts it.
    func fail(_ file: String, _ failure: FileFailure, in entry: inout SweepReport.Entry) {
        entry.failures.add(SweepReport.Problem(file: file, reason: failure.description))
        guard !isDryRun, let ledger else { return }
        var line = LedgerEntry(at: Date(), step: progress.step, action: .failed, why: failure.description)
        line.file = file
        ledger.append([line])
    }

    /// The time before which something must have happened to be removed; nil if it is removed at once, even if it
    /// happened while the clock was ahead.
    func cutoff(_ period: Period) -> Timestamp? {
        period.seconds == 0 ? nil : .before(period)
    }

    /// Marks the attachments that `find` returns, batch by batch, until it returns none.
    ///
    /// - Parameter mark: Marks those that are still unused, and returns their number.
    func markUnused(
        why: String,
        _ find: (Int) async throws -> [Attachment.ID],
        mark: ([Attachment.ID]) async throws -> Int
    ) async throws -> Int {
        guard !isDryRun else { return try await find(.max).count }
        var count = 0
        while case let marked = try await mark(try await find(batch)), marked > 0 {
            count += marked
            record(.mark, rows: marked, why: why)
            note(done: count)
            try await rest()
        }
        return count
    }

    /// Removes rows batch by batch until there are none left.
    func prune(
        why: String,
        _ remove: (Int) async throws -> Int,
        count countAll: () async throws -> Int
    ) async throws -> Int {
        guard !isDryRun else { return try await countAll() }
        var count = 0
        while case let removed = try await remove(batch), removed > 0 {
            count += removed
            record(.remove, rows: removed, why: why)
            note(done: count)
            try await rest()
        }
        return count
    }
}

extension Timestamp {
    static func before(_ period: Period) -> Timestamp {
        .now - period.duration
    }
}
