import ArgumentParser

/// `snug-janitor stats`
struct StatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Show what is stored, how it grows, and what the next sweep frees.",
        discussion: """
            Shows attachments and bytes by kind and state, the rooms and users with the most bytes, what was added on \
            each of the last 30 days, the trash, what the next sweep frees, and the size of the database. The forecast \
            adds the mean of the last whole days, at most 29, to what is stored now. With --json there are up to 1000 \
            rooms and users instead of ten.

            It reads all rows of attachments four times and lists the media folder once, but no messages older than 30 \
            days. It changes nothing, and may run beside the server.

            Exit status: 0 on success; 1 if a setting is not valid; 64 if an option is unknown; 70 if it failed; 75 if a \
            signal stopped it; 78 if the storage cannot be used.
            """
    )

    @Flag(help: "Print the report as one line of JSON.")
    var json = false

    @OptionGroup var storage: StorageOptions

    func run() async throws {
        try await CommandFailure.explaining("the report", afterwards: "it can be repeated") {
            let report = try await JanitorStorage.withSharedUse(of: try storage.settings()) { storage in
                try await StatisticsCollector(
                    store: storage.store,
                    archive: storage.archive,
                    sweep: Sweep(storage, isDryRun: true)
                ).collect()
            }
            print(json ? try report.json : report.description)
        }
    }
}
