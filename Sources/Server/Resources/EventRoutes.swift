import Chat
import Hummingbird
import NIOCore

/// What happens, for clients without a WebSocket: as a stream or by asking again and again.
struct EventRoutes: Sendable {
    let admissions: Admissions
    let limits: PulledConnection.Limits

    /// Seconds that a poll may wait, and does unless the client says otherwise.
    private static let maxWait: Int64 = 60
    private static let usualWait: Int64 = 25

    func mount(signedIn: RouterGroup<SignedInContext>) {
        signedIn.get("events", use: listen)
    }

    @Sendable private func listen(_ request: Request, _ context: SignedInContext) async throws -> Response {
        // An answer without a body would leave behind a connection that nobody listens to.
        guard request.method != .head else { return Response(status: .noContent) }
        return try await wantsStream(request) ? stream(request, context) : poll(request, context)
    }

    /// A client that does not say what it wants gets a stream, unless it says how long it would wait.
    private func wantsStream(_ request: Request) -> Bool {
        let accepted = request.headers[values: .accept].joined(separator: ",").lowercased()
        if accepted.contains("text/event-stream") { return true }
        return !accepted.contains("application/json") && request.text("wait") == nil
    }

    private func stream(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let channel = context.channel
        let connection = try await PulledHandle.make(
            for: context.session,
            on: admissions.hub,
            limits: limits,
            cut: { channel.close(promise: nil) }
        )
        let welcome = try await admissions.admit(
            connection,
            as: context.session,
            after: request.headers[.lastEventID] ?? request.text("cursor")
        )
        let stream = EventStream(connection: connection, welcome: welcome, wire: admissions.wire, limits: limits)
        return stream.response(to: request)
    }

    private func poll(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let wait = try request.number("wait", in: 0...Self.maxWait) ?? Self.usualWait
        let poll = LongPoll(
            session: context.session,
            cursor: request.text("cursor"),
            wait: .seconds(wait),
            admissions: admissions,
            limits: limits
        )
        return try await poll.response(to: request)
    }
}
