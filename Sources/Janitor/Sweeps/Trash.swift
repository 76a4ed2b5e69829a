import Foundation
import Media

extension SweepStep {
    /// Deletes files that have been in the trash long enough.
    static let trash = SweepStep(name: "trash") { entry, verb in
        "\(entry.files) files, \(entry.bytes) bytes, \(verb) removed from the trash"
    } run: { sweep in
        let oldest = TrashDay(Date(timeIntervalSinceNow: -Double(sweep.grace.trash.seconds)))
        let archive = sweep.archive
        let use =
            sweep.isDryRun ? try await archive.trashUse(before: oldest) : try await archive.purgeTrash(before: oldest)
        return SweepReport.Entry(files: use.fileCount, bytes: use.byteCount)
    }
}
