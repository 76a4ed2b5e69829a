import Chat
import Foundation
import Kernel
import Media
import Vocabulary

extension SweepStep {
    /// Moves files without a row to the trash, or only counts them if there are too many.
    static let unknownFiles = SweepStep(name: "unknown") { entry, verb in
        "\(entry.files) files without a row, \(entry.bytes) bytes, "
            + (entry.stopReason == nil ? "\(verb) moved to the trash" : "were left where they are")
    } run: { sweep in
        try await sweep.moveUnknownFiles()
    }
}

extension Sweep {
    /// If more than this share of all files, and more than ``brakeFiles``, have no row, something is probably wrong:
    /// the database is another one or an old backup, or a disk is not mounted.
    private static let brakeShare = 0.05
    private static let brakeFiles = 50

    fileprivate func moveUnknownFiles() async throws -> SweepReport.Entry {
        let found = try await findLeftovers()
        guard
            ignoresBrake || found.count <= Self.brakeFiles
                || Double(found.count) <= Double(found.total) * Self.brakeShare
        else {
            let reason = "too many files have no row. Is this the right database?"
            return SweepReport.Entry(files: found.count, bytes: found.bytes, stopReason: reason)
        }
        var entry = SweepReport.Entry()
        for start in stride(from: 0, to: found.first.count, by: batch) {
            let files = found.first[start..<min(start + batch, found.first.count)]
            record(.trash, Array(files), why: "the file has no row")
            for file in files { try await move(file, in: &entry) }
            note(done: entry.files)
            try await rest()
        }
        return entry
    }

    private func move(_ file: ArchivedFile, in entry: inout SweepReport.Entry) async throws {
        do {
            guard isDryRun ? true : try await archive.moveToTrash(file, on: TrashDay(Date())) else { return }
            entry.files += 1
            entry.bytes += file.byteCount
        } catch let failure as FileFailure {
            fail(file.key.name, failure, in: &entry)
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
            let ids = Set(candidates.map { Attachment.ID($0.key.blob.uuid) })
            let existing = try await store.attachments.existing(among: Array(ids))
            let unknown = candidates.filter { !existing.contains(Attachment.ID($0.key.blob.uuid)) }
            found.count += unknown.count
            found.bytes += unknown.reduce(0) { $0 + $1.byteCount }
            found.first += unknown.prefix(maxLeftovers - found.first.count)
            note(done: found.total, share: page.share)
            try await rest()
        } while cursor != nil
        return found
    }
}
