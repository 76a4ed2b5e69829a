import Chat

/// What all live sockets have in common. Each holds one reference to it: there are thousands of them.
final class LiveSockets: Sendable {
    let hub: LiveHub
    let commands: LiveCommands.Inbox
    let wire: Wire
    let limits: LiveSocket.Limits

    init(hub: LiveHub, commands: LiveCommands.Inbox, wire: Wire, limits: LiveSocket.Limits) {
        self.hub = hub
        self.commands = commands
        self.wire = wire
        self.limits = limits
    }

    /// Makes the handler of a new socket.
    @Sendable func make(headerToken: SessionToken?) -> LiveSocket {
        LiveSocket(of: self, headerToken: headerToken)
    }
}
