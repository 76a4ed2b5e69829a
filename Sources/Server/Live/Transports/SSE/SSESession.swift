import Hummingbird
import NIOCore

/// A stream of server-sent events.
struct SSESession: Sendable {
    let connection: PollingConnectionHandle
    let welcome: Welcome
    let encoding: JSONEncoding
    /// Interval of comments on an idle stream.
    let comment: TimeAmount

    func response(to request: Request) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream",
                .cacheControl: "no-store",
                // nginx would buffer the events.
                .xAccelBuffering: "no",
            ],
            body: ResponseBody { writer in
                // The departure of the client is detected on the reading side, which ends the polls and the response.
                try await request.body.consumeWithInboundCloseHandler { _ in
                    try await write(to: &writer)
                } onInboundClosed: {
                    connection.close(.silent)
                }
                try await writer.finish(nil)
            }
        )
    }

    private func write(to writer: inout any ResponseBodyWriter) async throws {
        do {
            try await writer.write(opening)
            while let batches = await connection.poll(within: comment, { $0.frames(as: SSEFrames.self) }) {
                guard !batches.isEmpty else {
                    try await writer.write(SSEFrames.comment)
                    continue
                }
                for frames in batches { try await writer.write(frames) }
            }
        } catch {
            connection.close(.silent)
            throw error
        }
    }

    /// The delay after which browsers reconnect, and the welcome. The delay is random, so that they do not all
    /// reconnect at once after a restart of the server.
    private var opening: ByteBuffer {
        var opening = ByteBuffer(string: "retry: \(Int.random(in: 1000...4000))\n\n")
        let frame = ServerFrame.welcome(welcome, heartbeatSeconds: Int(comment.nanoseconds / 1_000_000_000))
        let event = EncodedEvent(type: "welcome", cursor: welcome.cursor.description, json: encoding.json(frame).buffer)
        SSEFrames.append(event, to: &opening)
        return opening
    }
}
