import ArgumentParser
import Chat

/// `snug-janitor`: removes files and rows that are no longer needed. Run by cron, also while the server is running.
@main
struct SnugJanitor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snug-janitor",
        abstract: "Removes files and rows that Snug no longer needs.",
        version: Release.version,
        subcommands: [SweepCommand.self, UndeleteCommand.self]
    )
}
