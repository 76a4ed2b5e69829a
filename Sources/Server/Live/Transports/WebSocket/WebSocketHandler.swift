import Chat
import Hummingbird
import NIOCore
import NIOHTTP1

/// A path at which clients open a WebSocket.
struct WebSocketEndpoint: Sendable {
    let path: String
    /// Makes the handlers for a request that is being upgraded. They receive the client's frames and write their own
    /// finished ones; the last is the connection.
    let makeHandlers: @Sendable (HTTPRequestHead) -> [any ChannelHandler]

    /// Whether a request is for this endpoint; a slash at the end makes no difference, as for the router.
    func matches(_ head: HTTPRequestHead) -> Bool {
        let path = head.uri.prefix { $0 != "?" }
        return path == self.path || path == self.path + "/"
    }
}

/// Live events and commands over WebSocket (RFC 6455), each message one JSON object.
struct WebSocketHandler: Sendable {
    private static let path = "/api/v1/realtime"

    let endpoint: WebSocketEndpoint

    init(hub: LiveHub, commands: LiveCommands.Inbox, encoding: JSONEncoding, configuration: WebSocketConfiguration) {
        let context = WebSocketContext(
            hub: hub,
            commands: commands,
            messages: JSONMessages(encoding: encoding),
            configuration: configuration
        )
        endpoint = WebSocketEndpoint(path: Self.path) { head in
            [WebSocketConnection(in: context, requestCredential: ClientCredential(head.headers))]
        }
    }

    /// Adds the response to requests that are not a valid handshake; valid ones are upgraded before they are routed.
    func mount(_ router: Router<AppContext>) {
        router.get(RouterPath(Self.path)) { _, _ -> Response in
            var response = Problem(
                .upgradeRequired,
                "malformed",
                "This path requires a WebSocket upgrade."
            ).response
            response.headers[.upgrade] = "websocket"
            // RFC 6455 section 4.4.
            response.headers[.secWebSocketVersion] = "13"
            return response
        }
    }
}

/// Limits of WebSocket connections.
struct WebSocketConfiguration: Sendable {
    /// Time in which the first frame must arrive.
    var hello = TimeAmount.seconds(5)
    /// Interval of pings.
    var heartbeat = TimeAmount.seconds(30)
    /// Time without any frame after which a client is considered gone.
    var silence = TimeAmount.seconds(60)
    /// Time after the server's close frame in which the client may respond, before the connection is closed.
    var closeTimeout = TimeAmount.seconds(5)
    /// Limits for what waits for a slow reader, frames included.
    var backlog = Backlog.Limits()
    /// Frames that may wait to be processed, and their bytes; beyond that, no more are read.
    var inboxFrames = 64
    var inboxBytes = 128 * 1024
    /// Frames of any kind, fragments and pings included.
    var frames = RateRule(count: 100, seconds: 1, burst: 500)
    /// Malformed frames; a client that sends more ignores the errors.
    var badFrames = RateRule(count: 20, seconds: 60, burst: 20)
}

/// The context that all connections of a WebSocket endpoint share. Each of the thousands of connections holds only a
/// reference to it.
final class WebSocketContext: Sendable {
    let hub: LiveHub
    let commands: LiveCommands.Inbox
    let messages: any WebSocketMessages
    let configuration: WebSocketConfiguration

    init(
        hub: LiveHub,
        commands: LiveCommands.Inbox,
        messages: any WebSocketMessages,
        configuration: WebSocketConfiguration
    ) {
        self.hub = hub
        self.commands = commands
        self.messages = messages
        self.configuration = configuration
    }
}
