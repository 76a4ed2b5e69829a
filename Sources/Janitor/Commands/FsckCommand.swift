import ArgumentParser
import Chat
import ChatSQLite
import Media

/// `snug-janitor fsck`
struct FsckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fsck",
        abstract: "Check the database, the files and the references between them.",
        discussion: """
            Compares the database, the originals, the variants and everything that refers to them with each other, in \
            all directions, and reads the database and every original. It may run beside the server and holds no more \
            than a page of rows in memory. Nothing is changed without --repair.

            --repair repairs what needs no guess. It renders missing and damaged variants again, moves files without a \
            row to the trash, raises numbers and counts that are too low, corrects member counts, narrows modes, removes \
            derived rows of what is not there, and makes clients reload where the event log has a gap. Missing and \
            damaged originals are reported and never removed. Only one janitor repairs or sweeps at a time.

            Run as root, the check continues as the owner of the storage. Settings are read as by sweep.

            Exit status: 0 if nothing was found; 1 if a setting is not valid; 2 if everything that was found was \
            repaired; 3 if something that was found remains; 64 if an option is unknown; 70 if the check failed; 75 if \
            another janitor is running or a signal stopped the check; 78 if the storage cannot be used.
            """
    )

    @Flag(help: "Repair what can be repaired without a guess.")
    var repair = false

    @Flag(help: "Leave out the checksums of originals, and whether indexes agree with their tables.")
    var quick = false

    @Flag(help: "Print the report as one line of JSON.")
    var json = false

    @OptionGroup var storage: StorageOptions

    func run() async throws {
        try await CommandFailure.explaining("the check", afterwards: "it can be repeated") {
            let settings = try storage.settings()
            let check = { @Sendable (storage: JanitorStorage) in
                try await Fsck(storage, repairs: repair, isQuick: quick).run()
            }
            let report =
                try await repair
                ? JanitorStorage.withExclusiveUse(of: settings, check)
                : JanitorStorage.withSharedUse(of: settings, check)
            print(json ? try report.json : report.description)
            if report.status != .clean { throw ExitCode(report.status.exitCode) }
        }
    }
}

extension Fsck {
    init(_ storage: JanitorStorage, repairs: Bool, isQuick: Bool) {
        self.init(
            store: storage.store,
            archive: storage.archive,
            audit: StorageAudit(
                of: storage.settings.storage,
                storage.folder,
                privateFiles: Store.fileNames + [StorageLock.serverName, JanitorLock.fileName]
            ),
            sweep: Sweep(storage, isDryRun: !repairs),
            repairs: repairs,
            isQuick: isQuick
        )
    }
}
