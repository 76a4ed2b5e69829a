import Chat

/// What all connections of one WebSocket endpoint have in common. There are thousands of them, and each holds one
/// reference to it.
final class WebSocketContext: Sendable {
    let hub: LiveHub
    let commands: LiveCommands.Inbox
    let messages: any WebSocketMessages
    let configuration: WebSocketConfiguration

    init(
        hub: LiveHub,
        commands: LiveCommands.Inbox,
        messages: any WebSocketMessages,
        configuration: WebSocketConfiguration
    ) {
        self.hub = hub
        self.commands = commands
        self.messages = messages
        self.configuration = configuration
    }
}
