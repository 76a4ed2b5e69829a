import ArgumentParser
import Chat

/// `snug-janitor`: keeps the disk free of files that nobody has a use for. Run by cron, safe beside a running server.
@main
struct SnugJanitor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snug-janitor",
        abstract: "Removes files and rows that Snug no longer needs.",
        version: Release.version,
        subcommands: [SweepCommand.self]
    )
}
