import Chat
import NIOCore

/// A polling connection as a request holds it: every call goes to the hub's event loop.
struct PollingConnectionHandle: ConnectionHandle {
    let transport: LiveTransport
    private let hub: LiveHub
    private let connection: NIOLoopBound<PollingConnection>

    /// Makes a connection that receives nothing before it is connected.
    ///
    /// - Parameter cut: Closes the channel of a reader that is stuck.
    static func make(
        for session: Session,
        transport: LiveTransport,
        on hub: LiveHub,
        limits: PollingConnection.Limits,
        cut: @escaping @Sendable () -> Void
    ) async throws -> PollingConnectionHandle {
        try await hub.loop.submit {
            let connection = PollingConnection(
                session,
                transport: transport,
                hub: hub.onLoop,
                limits: limits,
                cut: cut
            )
            return PollingConnectionHandle(
                transport: transport,
                hub: hub,
                connection: NIOLoopBound(connection, eventLoop: hub.loop)
            )
        }.get()
    }

    func connect(from snapshot: ConnectionSnapshot) async -> ConnectResult {
        await withCheckedContinuation { continuation in
            hub.loop.execute {
                hub.onLoop.connect(connection.value, from: snapshot) { continuation.resume(returning: $0) }
            }
        }
    }

    /// The next batches, framed; nil when there will be none any more.
    ///
    /// - Parameter frame: Called on the hub's loop, where batches share their frames.
    func poll<Frames: Sendable>(
        within time: TimeAmount,
        _ frame: @escaping @Sendable (EncodedBatch) -> Frames
    ) async -> [Frames]? {
        await withCheckedContinuation { continuation in
            hub.loop.execute {
                connection.value.poll(within: time) { result in
                    switch result {
                    case .batches(let batches): continuation.resume(returning: batches.map(frame))
                    case .nothing: continuation.resume(returning: [])
                    case .closed: continuation.resume(returning: nil)
                    }
                }
            }
        }
    }

    /// Disconnects from the hub; see `PollingConnection.leave`.
    func leave<Frames: Sendable>(
        _ frame: @escaping @Sendable (EncodedBatch) -> Frames
    ) async throws -> (rest: [Frames], position: Int64?) {
        try await hub.loop.submit {
            let (rest, position) = connection.value.leave()
            return (rest.map(frame), position)
        }.get()
    }

    func close(_ reason: CloseReason) {
        hub.loop.execute { connection.value.close(reason) }
    }
}
