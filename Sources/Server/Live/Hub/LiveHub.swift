import Chat
import NIOCore

/// The hub's door for everything that is not on its event loop.
struct LiveHub: Sendable {
    let loop: any EventLoop
    let blockChanges: BlockChanges
    private let hub: NIOLoopBound<Hub>

    /// Makes the hub on its loop.
    static func make(
        on loop: any EventLoop,
        position: Int64,
        wire: Wire,
        limits: Hub.Limits
    ) async throws -> LiveHub {
        try await loop.submit {
            let hub = Hub(loop: loop, position: position, wire: wire, limits: limits)
            return LiveHub(loop: loop, blockChanges: hub.blockChanges, hub: NIOLoopBound(hub, eventLoop: loop))
        }.get()
    }

    /// The hub itself, on its loop.
    var onLoop: Hub { hub.value }

    /// Hands events on and returns at once.
    func publish(_ events: [LiveEvent]) {
        loop.execute { onLoop.publish(events) }
    }

    /// Hands receipts on and returns at once.
    func receive(_ receipts: [Receipt]) {
        guard !receipts.isEmpty else { return }
        loop.execute { onLoop.receive(receipts) }
    }

    /// Sends a person's new name or avatar to those who share one of these rooms with them.
    func announce(_ user: User, in rooms: [Room.ID]) {
        loop.execute { onLoop.announce(user, in: rooms) }
    }

    func typing(_ user: User.ID, in room: Room.ID) {
        loop.execute { onLoop.typing(user, in: room) }
    }

    /// Sends something to every connection of one person.
    func notify(_ user: User.ID, _ signal: Signal) {
        loop.execute { onLoop.notify(user, signal) }
    }

    /// Ends or allows signals between two people. When it returns, none is sent any more that may not be.
    func setBlock(between first: User.ID, and second: User.ID, _ isBlocked: Bool) async throws {
        try await loop.submit { onLoop.setBlock(between: first, and: second, isBlocked) }.get()
    }

    func tick() async throws -> Findings {
        try await loop.submit { onLoop.tick() }.get()
    }

    /// Closes the connections of sessions that have ended.
    func endSessions(where hasEnded: @escaping @Sendable (Session.ID) -> Bool) {
        loop.execute { onLoop.close(.unauthenticated) { hasEnded($0.sessionID) } }
    }

    /// Closes all connections, because the server stops.
    func stop() {
        loop.execute { onLoop.stop() }
    }
}
