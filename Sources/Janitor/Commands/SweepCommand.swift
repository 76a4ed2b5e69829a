import ArgumentParser
import Foundation
import Media

/// `snug-janitor sweep`
struct SweepCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Run one sweep.",
        discussion: """
            Options override the environment (SNUG_STORAGE, SNUG_GRACE_RECEIVING and so on), and the environment \
            overrides the server's snug.yaml. Run as root, the sweep continues as the owner of the storage. On a \
            terminal, standard error shows how far it is. Everything that is removed or moved is recorded in \
            janitor.log in the storage.

            Exit status: 1 if too many files have no row and none was moved, or if a setting is not valid; 64 if an \
            option is unknown; 70 if the sweep failed; 74 if some files could not be removed or moved, or the ledger \
            could not be written; 75 if another janitor is running or a signal stopped the sweep; 78 if the storage \
            cannot be used, or if the files in it may belong to another database.
            """
    )

    @Flag(help: "Report what would be removed, and change nothing.")
    var dryRun = false

    @Flag(help: "Print the report as one line of JSON.")
    var json = false

    @Flag(help: "Move files without a row to the trash, however many there are.")
    var yes = false

    @OptionGroup var storage: StorageOptions

    @Option(help: "Age at which an unfinished upload is removed, such as 1h.")
    var graceReceiving: String?

    @Option(help: "Age at which an upload that no message uses is removed.")
    var graceUnattached: String?

    @Option(help: "Age at which the files of a deleted attachment are removed.")
    var graceDeleted: String?

    @Option(help: "Age at which the messages of a deleted room are removed.")
    var graceRooms: String?

    @Option(help: "Age at which an idempotency key is removed; at least 1d.")
    var graceKeys: String?

    @Option(help: "Time after which an expired session is removed.")
    var graceSessions: String?

    @Option(help: "Age at which a file without a database row is moved to the trash.")
    var graceUnknown: String?

    @Option(help: "Age at which an event is removed from the event log.")
    var graceLog: String?

    @Option(help: "Age at which a file in the trash is deleted.")
    var graceTrash: String?

    @Option(help: "Local time of the database's upkeep, such as 03:00-05:00, or off.")
    var upkeepWindow: String?

    @Option(help: "Age at which a message moves to the archive, such as 365d; off for none.")
    var archiveAfter: String?

    private var overriding: [(name: String, value: String?)] {
        [
            ("--grace-receiving", graceReceiving), ("--grace-unattached", graceUnattached),
            ("--grace-deleted", graceDeleted), ("--grace-rooms", graceRooms), ("--grace-keys", graceKeys),
            ("--grace-sessions", graceSessions), ("--grace-unknown", graceUnknown), ("--grace-log", graceLog),
            ("--grace-trash", graceTrash), ("--upkeep-window", upkeepWindow),
            ("--archive-after", archiveAfter),
        ]
    }

    func run() async throws {
        try await CommandFailure.explaining("the sweep", afterwards: "the next one continues where it stopped") {
            let settings = try storage.settings(overriddenBy: overriding)
            let bar = ProgressBar()
            let report = try await JanitorStorage.withExclusiveUse(of: settings) { storage in
                try await sweep(storage, showing: bar)
            }
            print(json ? try report.json : report.description)
            if report.wasStopped { throw ExitCode(1) }
            if report.failureCount > 0 || report.ledgerFailure != nil { throw ExitCode(EX_IOERR) }
        }
    }

    /// Sweeps and leaves the result for the server's metrics, unless nothing may be changed.
    private func sweep(_ storage: JanitorStorage, showing bar: ProgressBar?) async throws -> SweepReport {
        try storage.requireOwnMedia()
        var sweep = Sweep(storage, isDryRun: dryRun)
        sweep.ignoresBrake = yes
        if let bar { sweep.onProgress = { bar.show($0) } }
        defer { bar?.clear() }
        guard !dryRun else { return try await sweep.run() }
        let folder = storage.settings.storage
        let previous = JanitorStatus(storage: folder)
        let report: SweepReport
        do {
            report = try await sweep.run()
        } catch {
            // The failure of the sweep itself matters more.
            try? JanitorStatus(.failed, at: Date.now.timeIntervalSince1970, after: previous).write(storage: folder)
            throw error
        }
        try report.status(after: previous).write(storage: folder)
        return report
    }
}

extension Sweep {
    init(_ storage: JanitorStorage, isDryRun: Bool) {
        self.init(
            store: storage.store,
            archive: storage.archive,
            spool: storage.spool,
            grace: storage.settings.grace,
            isDryRun: isDryRun
        )
        archiveAfter = storage.settings.archiveAfter
        ledger = Ledger(storage: storage.settings.storage)
        upkeep = UpkeepRule(window: storage.settings.upkeepWindow)
    }
}
