import ArgumentParser
import Foundation
import Media

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

    @OptionGroup var storage: StorageOptions

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
        try await CommandFailure.explaining("the sweep", afterwards: "the next one continues where it stopped") {
            let settings = try storage.settings(overriddenBy: [
                ("--grace-receiving", graceReceiving), ("--grace-unattached", graceUnattached),
                ("--grace-unknown", graceUnknown), ("--grace-log", graceLog), ("--grace-trash", graceTrash),
            ])
            let report = try await JanitorStorage.withExclusiveUse(of: settings) { storage in
                try await sweep(storage)
            }
            print(json ? try report.json : report.description)
            if report.wasStopped { throw ExitCode(1) }
        }
    }

    /// Sweeps and leaves the result for the server's metrics, unless nothing may be changed.
    private func sweep(_ storage: JanitorStorage) async throws -> SweepReport {
        let sweep = Sweep(storage, isDryRun: dryRun)
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
    }
}
