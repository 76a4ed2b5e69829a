import Chat
import NIOCore

/// The hub, as code outside its event loop uses it. Only `CommitFollower` sends the consequences of commits to it.
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
        presence: Presence,
        encoding: JSONEncoding,
        limits: Hub.Limits
    ) async throws -> LiveHub {
        try await loop.submit {
            let hub = Hub(loop: loop, position: position, presence: presence, encoding: encoding, limits: limits)
            return LiveHub(
                loop: loop,
                blockChanges: hub.transientEvents.blockChanges,
                hub: NIOLoopBound(hub, eventLoop: loop)
            )
        }.get()
    }

    /// The hub itself, for code that runs on its loop.
    var onLoop: Hub { hub.value }

    func tick() async throws -> TickResult {
        try await loop.submit { onLoop.tick() }.get()
    }

    /// Closes all connections because the server is stopping.
    func stop() {
        loop.execute { onLoop.stop() }
    }
}
