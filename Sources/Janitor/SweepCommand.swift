import ArgumentParser
import Chat
import ChatSQLite
import Foundation
import Media
import SnugSettings

/// `snug-janitor sweep`
struct SweepCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Run one sweep.",
        discussion: """
            Options override the environment (SNUG_STORAGE, SNUG_GRACE_RECEIVING, SNUG_GRACE_UNATTACHED, \
            SNUG_GRACE_UNKNOWN, SNUG_GRACE_LOG, SNUG_GRACE_TRASH), and the environment overrides the server's \
            snug.yaml. Run as root, the sweep continues as the owner of the storage.

            Exit status: 1 if too many files have no row and none was moved, or if a setting is not valid; 64 if an \
            option is unknown; 70 if the sweep failed; 75 if another janitor is running or a signal stopped the sweep; \
            78 if the storage cannot be used.
            """
    )

    @Flag(help: "Report what would be removed, and change nothing.")
    var dryRun = false

    @Flag(help: "Print the report as one line of JSON.")
    var json = false

    @Option(help: "Folder of the database and the media.")
    var storage: String?

    @Option(help: "Settings file; default: snug.yaml in the storage folder, then in the current folder.")
    var config: String?

    @Option(help: "Age at which an unfinished upload is removed, such as 1h.")
    var graceReceiving: String?

    @Option(help: "Age at which an upload that no message uses is removed.")
    var graceUnattached: String?

    @Option(help: "Age at which a file without a database row is moved to the trash.")
    var graceUnknown: String?

    @Option(help: "Age at which an event is removed from the event log.")
    var graceLog: String?

    @Option(help: "Age at which a file in the trash is deleted.")
    var graceTrash: String?

    func run() async throws {
        do {
            try await sweepOnce()
        } catch let failure as SweepFailure {
            Self.printError("Error: \(failure.description)")
            throw ExitCode(EX_CONFIG)
        } catch let failure as SettingError {
            Self.printError("Error: \(failure.description)")
            throw ExitCode(1)
        } catch is StoppedBySignal {
            Self.printError("A signal stopped the sweep; the next one continues where it stopped.")
            throw ExitCode(EX_TEMPFAIL)
        } catch  where !(error is ExitCode) {
            Self.printError("Error: the sweep failed, and the next one continues where it stopped: \(error)")
            throw ExitCode(EX_SOFTWARE)
        }
    }

    private static func printError(_ line: String) {
        try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
    }

    private func sweepOnce() async throws {
        let settings = try readSettings()
        try claim(settings.storage)
        guard let lock = try lockStorage(settings.storage) else {
            Self.printError("Another janitor is running; nothing was done.")
            throw ExitCode(EX_TEMPFAIL)
        }
        defer { lock.release() }
        let report = try await sweep(settings)
        print(json ? try report.json : report.description)
        if report.wasStopped { throw ExitCode(1) }
    }

    /// Opens an existing storage as its owner.
    private func claim(_ storage: String) throws {
        do {
            let folder = try StorageFolder(existing: storage, database: Store.fileName)
            try folder.claim(Store.fileNames + [JanitorLock.fileName])
        } catch {
            throw SweepFailure(error.description)
        }
    }

    private func lockStorage(_ storage: String) throws -> JanitorLock? {
        do {
            return try JanitorLock(storage: storage)
        } catch {
            throw SweepFailure("The storage cannot be used: \(error). Is SNUG_STORAGE right?")
        }
    }

    private func sweep(_ settings: Settings) async throws -> SweepReport {
        let store = try openStore(settings)
        return try await store.closing {
            let folder = try openMedia(settings)
            let sweep = Sweep(
                store: store,
                archive: DiskArchive(folder),
                spool: Spool(in: folder),
                grace: settings.grace,
                isDryRun: dryRun
            )
            return try await StopSignals.cancelling { try await sweep.run() }
        }
    }

    private func openStore(_ settings: Settings) throws -> Store {
        do {
            return try Store(
                path: settings.databasePath,
                role: .guest,
                lockPath: "\(settings.storage)/\(StorageLock.serverName)"
            )
        } catch let refusal as DatabaseRefusal {
            throw SweepFailure(refusal.description)
        }
    }

    private func openMedia(_ settings: Settings) throws -> MediaFolder {
        do {
            return try MediaFolder(existing: settings.mediaPath)
        } catch  where error.isSplit {
            throw SweepFailure("The folders in \(settings.mediaPath) are on different disks.")
        } catch {
            throw SweepFailure(
                "The media folder in \(settings.storage) cannot be opened: \(error). Is the right disk mounted?"
            )
        }
    }

    private func readSettings() throws -> Settings {
        let options = [
            ("--storage", storage), ("--config", config), ("--grace-receiving", graceReceiving),
            ("--grace-unattached", graceUnattached), ("--grace-unknown", graceUnknown), ("--grace-log", graceLog),
            ("--grace-trash", graceTrash),
        ]
        return try Settings.read(arguments: options.flatMap { name, value in value.map { [name, $0] } ?? [] })
    }
}

/// Why a sweep cannot run, as one line for the operator.
struct SweepFailure: Error {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
