import ArgumentParser
import Chat

/// `snug-janitor`: removes what is no longer needed, checks and describes a storage, and makes, checks and restores
/// backups. Most commands run also beside the server.
@main
struct SnugJanitor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snug-janitor",
        abstract: "Cleans up, checks and backs up a storage of Snug.",
        version: Release.version,
        subcommands: [
            SweepCommand.self, UndeleteCommand.self, FsckCommand.self, StatsCommand.self, BackupCommand.self,
            VerifyCommand.self, RestoreCommand.self,
        ]
    )
}
