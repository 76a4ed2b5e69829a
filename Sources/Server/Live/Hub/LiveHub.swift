import Chat
import NIOCore

/// The hub as everything outside its event loop uses it.
struct LiveHub: Sendable {
    let loop: any EventLoop
    let blockChanges: BlockChanges
    private let hub: NIOLoopBound<Hub>

    /// Makes the hub on its loop.
    ///
    /// - Parameter position: The newest position in the log.
    static func make(
        on loop: any EventLoop,
        position: Int64,
        wire: Wire,
        limits: Hub.Limits
    ) async throws -> LiveHub {
        try await loop.submit {
            let hub = Hub(loop: loop, position: position, wire: wire, limits: limits)
            return LiveHub(
                loop: loop,
                blockChanges: hub.transientEvents.blockChanges,
                hub: NIOLoopBound(hub, eventLoop: loop)
            )
        }.get()
    }

    /// The hub itself, for code that runs on its loop.
    var onLoop: Hub { hub.value }

    /// Publishes events and returns at once.
    func publish(_ events: [LiveEvent]) {
        loop.execute { onLoop.publish(events) }
    }

    /// Passes on receipts that have moved and returns at once.
    func receive(_ receipts: [Receipt]) {
        guard !receipts.isEmpty else { return }
        loop.execute { onLoop.transientEvents.receive(receipts) }
    }

    /// Sends a person's new name or avatar to those who share one of these rooms with them.
    func announce(_ user: User, in rooms: [Room.ID]) {
        loop.execute { onLoop.transientEvents.announce(user, in: rooms) }
    }

    func typing(_ user: User.ID, in room: Room.ID) {
        loop.execute { onLoop.transientEvents.typing(user, in: room) }
    }

    /// Sends an event to every connection of one person.
    func notify(_ user: User.ID, _ event: TransientEvent) {
        loop.execute { onLoop.transientEvents.notify(user, event) }
    }

    /// Ends or allows transient events between two people. When it returns, none is sent any more that is blocked.
    func setBlock(between first: User.ID, and second: User.ID, _ isBlocked: Bool) async throws {
        try await loop.submit { onLoop.transientEvents.setBlock(between: first, and: second, isBlocked) }.get()
    }

    func tick() async throws -> TickResult {
        try await loop.submit { onLoop.tick() }.get()
    }

    /// Closes the connections of sessions that have ended.
    func endSessions(where hasEnded: @escaping @Sendable (Session.ID) -> Bool) {
        loop.execute { onLoop.close(.unauthenticated) { hasEnded($0.sessionID) } }
    }

    /// Closes all connections because the server is stopping.
    func stop() {
        loop.execute { onLoop.stop() }
    }
}
