import ArgumentParser
import Chat

/// `snug-janitor`: removes what is no longer needed, and checks and describes a storage. Runs also beside the server.
@main
struct SnugJanitor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snug-janitor",
        abstract: "Cleans up and checks a storage of Snug.",
        version: Release.version,
        subcommands: [SweepCommand.self, UndeleteCommand.self, FsckCommand.self, StatsCommand.self]
    )
}
