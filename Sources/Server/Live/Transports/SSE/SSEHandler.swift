import Hummingbird
import NIOCore

/// Live events as server-sent events: one response that does not end.
struct SSEHandler: Sendable {
    let sessions: PollingSessions
    let encoding: JSONEncoding
    let configuration: SSEConfiguration

    func respond(to request: Request, _ context: SignedInContext) async throws -> Response {
        let channel = context.channel
        let (connection, welcome) = try await sessions.connect(
            context.session,
            over: .sse,
            after: request.headers[.lastEventID] ?? request.text("cursor"),
            limits: configuration.connection,
            cut: { channel.close(promise: nil) }
        )
        let session = SSESession(
            connection: connection,
            welcome: welcome,
            encoding: encoding,
            comment: configuration.comment
        )
        return session.response(to: request)
    }
}

/// Limits of server-sent events.
struct SSEConfiguration: Sendable {
    /// Interval of comments on an idle stream.
    var comment = TimeAmount.seconds(20)
    var connection = PollingConnection.Limits()
}
