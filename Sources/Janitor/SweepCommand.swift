import ArgumentParser
import Chat
import Foundation
import Media
import SnugSettings

/// `snug-janitor sweep`
struct SweepCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Remove what is left over, once.",
        discussion: """
            Settings come from the options, then the environment (SNUG_STORAGE, SNUG_GRACE_RECEIVING, \
            SNUG_GRACE_UNATTACHED, SNUG_GRACE_UNKNOWN, SNUG_GRACE_LOG, SNUG_GRACE_TRASH), then the server's \
            snug.yaml, then defaults. Exits with 1 when the sweep stopped because too many files looked like leftovers, \
            or a setting cannot be used, with 64 when an argument is not known, with 75 when another janitor is at work \
            or a signal asked it to stop, with 78 when it cannot sweep here, and with 70 when something else went wrong. \
            Run as root it goes on as the storage's owner.
            """
    )

    @Flag(help: "Only tell what would be removed.")
    var dryRun = false

    @Flag(help: "Tell it as one line of JSON.")
    var json = false

    @Option(help: "Folder of the database and the media.")
    var storage: String?

    @Option(help: "File of settings; else snug.yaml in the storage folder or in the current one.")
    var config: String?

    @Option(help: "Time that an upload may take, such as 1h.")
    var graceReceiving: String?

    @Option(help: "Time that an upload may wait for its message.")
    var graceUnattached: String?

    @Option(help: "Age from which a file without a row goes to the trash.")
    var graceUnknown: String?

    @Option(help: "Time that events are kept for clients that come back.")
    var graceLog: String?

    @Option(help: "Time that the trash keeps a file.")
    var graceTrash: String?

    func run() async throws {
        do {
            try await sweepOnce()
        } catch let failure as SweepFailure {
            Self.tell("Error: \(failure.description)")
            throw ExitCode(EX_CONFIG)
        } catch let failure as SettingError {
            Self.tell("Error: \(failure.description)")
            throw ExitCode(1)
        } catch is StoppedBySignal {
            Self.tell("The sweep was asked to stop and will go on the next time.")
            throw ExitCode(EX_TEMPFAIL)
        } catch  where !(error is ExitCode) {
            Self.tell("Error: the sweep ended early and will go on the next time: \(error)")
            throw ExitCode(EX_SOFTWARE)
        }
    }

    private static func tell(_ line: String) {
        try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
    }

    private func sweepOnce() async throws {
        let settings = try readSettings()
        try claim(settings.storage)
        guard let lock = try lockStorage(settings.storage) else {
            Self.tell("Another janitor is at work; this one leaves it to that.")
            throw ExitCode(EX_TEMPFAIL)
        }
        defer { lock.release() }
        let report = try await sweep(settings)
        print(json ? try report.json : report.description)
        if report.wasStopped { throw ExitCode(1) }
    }

    /// Takes a storage that is there already, as its owner.
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
            let blobs = try openMedia(settings)
            let sweep = Sweep(store: store, blobs: blobs, grace: settings.grace, isDryRun: dryRun)
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

    private func openMedia(_ settings: Settings) throws -> BlobStore {
        do {
            return try BlobStore(existing: settings.mediaPath)
        } catch  where error.isSplit {
            throw SweepFailure("The folders in \(settings.mediaPath) are on different disks.")
        } catch {
            throw SweepFailure(
                "The media folder in \(settings.storage) cannot be swept: \(error). Is the right disk mounted?"
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

/// Why the janitor does nothing, for the operator.
struct SweepFailure: Error {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
