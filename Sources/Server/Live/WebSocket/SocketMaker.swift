import Chat

/// Makes the handler of each new live socket.
struct SocketMaker: Sendable {
    let hub: LiveHub
    let commands: LiveCommands.Inbox
    let wire: Wire
    let limits: LiveSocket.Limits

    @Sendable func make(headerToken: SessionToken?) -> LiveSocket {
        LiveSocket(hub: hub, commands: commands, wire: wire, headerToken: headerToken, limits: limits)
    }
}
