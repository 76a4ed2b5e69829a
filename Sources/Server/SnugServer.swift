import ArgumentParser

/// `snug-server`: the chat server of Snug.
@main
struct SnugServer: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "snug-server",
        abstract: "A self-hosted chat backend that understands pictures.",
        version: version,
        subcommands: [Serve.self, UserCommand.self],
        defaultSubcommand: Serve.self
    )
}
