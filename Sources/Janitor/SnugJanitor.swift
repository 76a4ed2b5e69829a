import ArgumentParser

/// `snug-janitor`: keeps the disk free of files that nobody has a use for. Run by cron, safe beside a running server.
@main
struct SnugJanitor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snug-janitor",
        abstract: "Keeps Snug's disk free of files that nobody has a use for.",
        version: "0.1.0",
        subcommands: [SweepCommand.self]
    )
}
