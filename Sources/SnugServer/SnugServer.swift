import ArgumentParser
import Chat

/// `snug-server`: the chat server of Snug.
@main
struct SnugServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snug-server",
        abstract: "A self-hosted chat backend with pictures.",
        version: Release.version,
        subcommands: [Serve.self, UserCommand.self, InviteCommand.self],
        defaultSubcommand: Serve.self
    )
}
