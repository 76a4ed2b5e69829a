import Chat
import Hummingbird

/// The transports by which clients receive live events. A new transport is a folder below `Transports`, and is added
/// here.
struct LiveTransports: Sendable {
    struct Configuration: Sendable {
        var webSocket = WebSocketConfiguration()
        var sse = SSEConfiguration()
        var longPoll = LongPollConfiguration()
    }

    private let webSocket: WebSocketHandler
    private let events: EventRoutes

    init(
        _ configuration: Configuration,
        store: Store,
        hub: LiveHub,
        subscriptions: LiveSubscriptions,
        commands: LiveCommands.Inbox,
        encoding: JSONEncoding
    ) {
        let sessions = PollingSessions(store: store, hub: hub, subscriptions: subscriptions)
        webSocket = WebSocketHandler(
            hub: hub,
            commands: commands,
            encoding: encoding,
            configuration: configuration.webSocket
        )
        events = EventRoutes(
            stream: SSEHandler(sessions: sessions, encoding: encoding, configuration: configuration.sse),
            poll: LongPollHandler(sessions: sessions, encoding: encoding, configuration: configuration.longPoll)
        )
    }

    /// Addresses at which connections are upgraded to WebSockets, before they are routed.
    var endpoints: [WebSocketEndpoint] { [webSocket.endpoint] }

    func mount(_ router: Router<AppContext>, signedIn: RouterGroup<SignedInContext>) {
        webSocket.mount(router)
        events.mount(signedIn: signedIn)
    }
}

/// `GET events`: live events for clients without a WebSocket, as a stream or by long polling.
private struct EventRoutes: Sendable {
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
