import ArgumentParser
import Foundation

/// `snug-janitor backup`
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Back up the database, the media, the keys and the settings file.",
        discussion: """
            Makes a new folder in DIR, named by the time in UTC, also while the server is running. Files that have not \
            changed are hard links to those of the newest backup in DIR. Sweeps wait for the next time. Run as root, the \
            backup continues as the owner of the storage, to whom DIR must belong.

            Exit status: 1 if the backup is complete, but the storage has lost or damaged files, or if a setting is not \
            valid; 64 if an option is unknown; 70 if the backup failed; 74 if there is too little space; 75 if another \
            janitor is running or a signal stopped the backup; 78 if the storage or DIR cannot be used.
            """
    )

    @Argument(help: ArgumentHelp("Folder of the backups.", valueName: "DIR"))
    var folder: String

    @Option(help: "Then remove all backups in DIR but the newest N; by default none is removed.")
    var keep: Int?

    @Flag(help: "Copy every file, and link none to the previous backup.")
    var full = false

    @OptionGroup var storage: StorageOptions

    func validate() throws {
        if let keep, keep < 1 { throw ValidationError("--keep needs a number of at least 1.") }
    }

    func run() async throws {
        try await CommandFailure.explaining("the backup", afterwards: "the next one starts again") {
            let (folder, keep, isFull) = (folder, keep, full)
            let report = try await JanitorStorage.withExclusiveUse(of: storage.settings()) { storage in
                try await BlockingWork.run { stop in
                    let collection = try BackupCollection(at: folder, outside: storage.settings)
                    var backup = Backup(settings: storage.settings, collection: collection, stop: stop)
                    backup.isFull = isFull
                    return try Self.make(backup, keep: keep)
                }
            }
            if report.hasLosses { throw ExitCode(1) }
        }
    }

    private static func make(_ backup: Backup, keep: Int?) throws -> BackupReport {
        let start = ContinuousClock.now
        let (folder, report) = try cleaningUp(backup)
        let seconds = ((ContinuousClock.now - start) / .seconds(1)).formatted(.number.precision(.fractionLength(1)))
        print("\(folder.path) is complete after \(seconds) s\n\(report)")
        if let keep {
            let removed = try backup.collection.removeOld(keeping: keep, backup.stop)
            if removed > 0 { print("\(removed) older backups were removed") }
        }
        return report
    }

    /// Frees the space of a backup that failed at once; the next run would do it too.
    private static func cleaningUp(_ backup: Backup) throws -> (folder: BackupFolder, report: BackupReport) {
        do {
            return try backup.run()
        } catch {
            try? backup.collection.removeUnfinished(StopRequest())
            throw error
        }
    }
}
