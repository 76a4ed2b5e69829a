import Hummingbird

/// `GET events`: live events for clients without a WebSocket, as a stream or by long polling.
struct EventRoutes: Sendable {
    let stream: SSEHandler
    let poll: LongPollHandler

    func mount(signedIn: RouterGroup<SignedInContext>) {
        signedIn.get("events", use: respond)
    }

    @Sendable private func respond(to request: Request, _ context: SignedInContext) async throws -> Response {
        // A response without a body would leave behind a connection that nobody reads.
        guard request.method != .head else { return Response(status: .noContent) }
        return try await wantsStream(request)
            ? stream.respond(to: request, context)
            : poll.respond(to: request, context)
    }

    /// A client that states no preference receives a stream, unless it asks for a poll by its `wait`.
    private func wantsStream(_ request: Request) -> Bool {
        let accepted = request.headers[values: .accept].joined(separator: ",").lowercased()
        if accepted.contains("text/event-stream") { return true }
        return !accepted.contains("application/json") && request.text("wait") == nil
    }
}
