import Chat
import Foundation
import Media
import Vocabulary

extension Sweep {
    /// If more than this share of all files, and more than ``brakeFiles``, have no row, something is probably wrong:
    /// the database is another one or an old backup, or a disk is not mounted.
    static let brakeShare = 0.05
    static let brakeFiles = 50

    /// Moves files without a row into the trash.
    func sweepDisk(_ report: inout SweepReport) async throws {
        try removeUnfinished(&report)
        let found = try await findLeftovers()
        guard found.count <= Self.brakeFiles || Double(found.count) <= Double(found.total) * Self.brakeShare else {
            report.wasStopped = true
            report.unknown.files = found.count
            report.unknown.bytes = found.bytes
            return
        }
        let today = TrashDay(Date())
        for (number, file) in found.first.enumerated() {
            guard isDryRun ? true : try await archive.moveToTrash(file, on: today) else { continue }
            report.unknown.files += 1
            report.unknown.bytes += file.byteCount
            if number % batch == batch - 1 { try await rest() }
        }
    }

    private struct Found {
        /// All leftovers, including those that this sweep does not move.
        var count = 0
        var bytes = 0
        /// The leftovers that this sweep moves.
        var first: [ArchivedFile] = []
        /// Files with and without a row.
        var total = 0
    }

    private func findLeftovers() async throws -> Found {
        let oldest = Date(timeIntervalSinceNow: -Double(grace.unknown.seconds))
        var found = Found()
        var cursor: ArchiveCursor?
        repeat {
            // Listed before the database is queried: a row is created before its file, so a listed file without a row
            // is an orphan, however busy the server is meanwhile.
            let page = try await archive.list(after: cursor)
            cursor = page.next
            found.total += page.files.count
            let candidates = page.files.filter { $0.modifiedAt <= oldest }
            guard !candidates.isEmpty else { continue }
            let ids = candidates.map { Attachment.ID($0.key.blob.uuid) }
            let existing = try await store.attachments.existing(among: ids)
            let unknown = candidates.filter { !existing.contains(Attachment.ID($0.key.blob.uuid)) }
            found.count += unknown.count
            found.bytes += unknown.reduce(0) { $0 + $1.byteCount }
            found.first += unknown.prefix(maxLeftovers - found.first.count)
            try await rest()
        } while cursor != nil
        return found
    }

    /// Removes files that a killed server was writing. Nothing refers to them, because they never had a name.
    private func removeUnfinished(_ report: inout SweepReport) throws {
        let oldest = Date(timeIntervalSinceNow: -Double(grace.receiving.seconds))
        for file in try spool.unfinishedFiles() where file.modifiedAt <= oldest {
            if !isDryRun { try spool.remove(file) }
            report.receiving.files += 1
            report.receiving.bytes += file.byteCount
        }
    }

    /// Deletes files that have been in the trash long enough.
    func emptyTrash(_ report: inout SweepReport) async throws {
        let oldest = TrashDay(Date(timeIntervalSinceNow: -Double(grace.trash.seconds)))
        let use =
            isDryRun ? try await archive.trashUse(before: oldest) : try await archive.purgeTrash(before: oldest)
        report.trash.files = use.fileCount
        report.trash.bytes = use.byteCount
    }
}
