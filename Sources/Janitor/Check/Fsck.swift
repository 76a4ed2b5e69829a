import Chat
import Foundation
import Media
import SnugSettings
import Vocabulary

/// Compares the database, the originals, the variants and what refers to them with each other, and repairs what needs
/// no guess.
///
/// It works in small pages with pauses beside a running server. A row is created before its file, and its file is removed
/// before its row, so the order in which the two are looked at decides what a difference means: files are listed before
/// the database is asked for their rows, and a row whose file is missing is looked at once more.
struct Fsck: Sendable {
    let store: Store
    let archive: any Archive
    let audit: StorageAudit
    /// Moves files without a row to the trash, or finds out how many it would move.
    let sweep: Sweep
    let repairs: Bool
    /// Leaves out the checksums of originals and the comparison of indexes with their tables.
    let isQuick: Bool
    /// Rows of a page.
    var batch = 200
    /// Pause between two pages.
    var pause = Duration.milliseconds(5)

    var checks: Checks { store.checks }

    func run() async throws -> FsckReport {
        let start = ContinuousClock.now
        var report = FsckReport(isRepair: repairs, isQuick: isQuick)
        for check in Check.all {
            let result = try await check.run(self)
            report[check] = result
            if check.endsCheck, result.found > 0 { break }
        }
        report.seconds = (ContinuousClock.now - start) / .seconds(1)
        return report
    }

    func rest() async throws {
        try await Task.sleep(for: pause)
    }

    /// Walks through a table, page by page.
    func walk<Key, Item>(
        _ page: (_ after: Key?, _ limit: Int) async throws -> CheckPage<Key, Item>,
        _ body: ([Item]) async throws -> Void
    ) async throws {
        var position: Key?
        repeat {
            let current = try await page(position, batch)
            try await body(current.items)
            position = current.next
            try await rest()
        } while position != nil
    }
}

extension Check {
    /// Every check, in the order in which they run: what others rely on first.
    static let all: [Check] = [
        .integrity,
        .foreignKeys,
        .archive,
        .lostOriginals,
        .damagedOriginals,
        .orphans,
        .variants,
        .strayVariants,
        .references,
        .roomNumbers,
        .memberCounts,
        .attachmentCounts,
        .avatars,
        .eventOrder,
        .eventReferences,
        .foreignNames,
        .modes,
    ]
}
