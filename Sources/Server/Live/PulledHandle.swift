import Chat
import NIOCore

/// A pulled connection as a request holds it: every call goes to the hub's event loop.
struct PulledHandle: Sendable {
    private let loop: any EventLoop
    private let connection: NIOLoopBound<PulledConnection>

    /// Makes a connection that hears nothing before it is admitted.
    static func make(
        for session: Session,
        on hub: LiveHub,
        limits: PulledConnection.Limits,
        cut: @escaping @Sendable () -> Void
    ) async throws -> PulledHandle {
        try await hub.loop.submit {
            let connection = PulledConnection(session, hub: hub.onLoop, limits: limits, cut: cut)
            return PulledHandle(loop: hub.loop, connection: NIOLoopBound(connection, eventLoop: hub.loop))
        }.get()
    }

    func admit(_ entry: LiveEntry, to hub: LiveHub) async -> Hub.Admission {
        await withCheckedContinuation { continuation in
            loop.execute {
                hub.onLoop.admit(connection.value, entry) { continuation.resume(returning: $0) }
            }
        }
    }

    /// The texts that came next, framed; nil when there will be none any more.
    ///
    /// - Parameter frame: Called on the hub's loop, where batches share their frames.
    func pull<Frames: Sendable>(
        within time: TimeAmount,
        _ frame: @escaping @Sendable (LiveBatch) -> Frames
    ) async -> [Frames]? {
        await withCheckedContinuation { continuation in
            loop.execute {
                connection.value.pull(within: time) { pull in
                    switch pull {
                    case .batches(let batches): continuation.resume(returning: batches.map(frame))
                    case .nothing: continuation.resume(returning: [])
                    case .closed: continuation.resume(returning: nil)
                    }
                }
            }
        }
    }

    /// Lets go of the hub; see `PulledConnection.leave`.
    func leave<Frames: Sendable>(
        _ frame: @escaping @Sendable (LiveBatch) -> Frames
    ) async throws -> (rest: [Frames], position: Int64?) {
        try await loop.submit {
            let (rest, position) = connection.value.leave()
            return (rest.map(frame), position)
        }.get()
    }

    /// The client has gone away.
    func close() {
        loop.execute { connection.value.close(.silent) }
    }
}
