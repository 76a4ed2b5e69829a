import Foundation
import Kernel
import Media

extension SweepStep {
    /// Deletes files that have been in the trash long enough, and the folders of days that are empty then.
    static let trash = SweepStep(name: "trash") { entry, verb in
        "\(entry.files) files, \(entry.bytes) bytes, \(verb) removed from the trash"
    } run: { sweep in
        let oldest = TrashDay(Date(timeIntervalSinceNow: -Double(sweep.grace.trash.seconds)))
        var entry = SweepReport.Entry()
        for day in try await sweep.archive.trashDays() where day < oldest {
            try await sweep.emptyTrash(of: day, in: &entry)
        }
        return entry
    }
}

extension Sweep {
    fileprivate func emptyTrash(of day: TrashDay, in entry: inout SweepReport.Entry) async throws {
        var cursor: ArchiveCursor?
        repeat {
            let page = try await archive.trashedFiles(on: day, after: cursor)
            cursor = page.next
            for start in stride(from: 0, to: page.files.count, by: batch) {
                let files = page.files[start..<min(start + batch, page.files.count)]
                record(.remove, Array(files), why: "the file was in the trash long enough")
                for file in files { try await remove(file, from: day, in: &entry) }
                note(done: entry.files)
                try await rest()
            }
        } while cursor != nil
        guard !isDryRun else { return }
        do {
            try await archive.removeEmptyTrash(of: day)
        } catch let failure as FileFailure {
            fail("trash/\(day)", failure, in: &entry)
        }
    }

    private func remove(_ file: ArchivedFile, from day: TrashDay, in entry: inout SweepReport.Entry) async throws {
        do {
            guard isDryRun ? true : try await archive.removeFromTrash(file, of: day) else { return }
            entry.files += 1
            entry.bytes += file.byteCount
        } catch let failure as FileFailure {
            fail(file.key.name, failure, in: &entry)
        }
    }
}
