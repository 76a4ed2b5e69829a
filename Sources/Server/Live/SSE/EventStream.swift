import Chat
import Hummingbird
import NIOCore

/// Server-sent events: everything that happens from now on as one endless answer.
struct EventStream: Sendable {
    let connection: PulledHandle
    let welcome: Welcome
    let wire: Wire
    let limits: PulledConnection.Limits

    func response(to request: Request) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream",
                .cacheControl: "no-store",
                // nginx would wait for more before it sends anything.
                .xAccelBuffering: "no",
            ],
            body: ResponseBody { writer in
                // The client's going away is seen on the reading side; it ends the pulls, and with them the answer.
                try await request.body.consumeWithInboundCloseHandler { _ in
                    try await write(to: &writer)
                } onInboundClosed: {
                    connection.close()
                }
                try await writer.finish(nil)
            }
        )
    }

    private func write(to writer: inout any ResponseBodyWriter) async throws {
        do {
            try await writer.write(opening)
            while let batches = await connection.pull(within: limits.comment, \.serverSentEvents) {
                guard !batches.isEmpty else {
                    try await writer.write(.serverSentComment)
                    continue
                }
                for frames in batches { try await writer.write(frames) }
            }
        } catch {
            connection.close()
            throw error
        }
    }

    /// Browsers come back after this time; not all at once, when a server has been restarted.
    private var opening: ByteBuffer {
        var opening = ByteBuffer(string: "retry: \(Int.random(in: 1000...4000))\n\n")
        let frame = ServerFrame.welcome(welcome, heartbeatSeconds: Int(limits.comment.nanoseconds / 1_000_000_000))
        let text = LiveText(type: "welcome", cursor: welcome.cursor.description, json: wire.json(frame).buffer)
        opening.writeServerSentEvent(text)
        return opening
    }
}
