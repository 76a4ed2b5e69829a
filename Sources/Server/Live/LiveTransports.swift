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
