import Chat
import Hummingbird
import NIOCore
import NIOHTTP1

/// An address at which clients open a WebSocket.
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

    init(hub: LiveHub, commands: LiveCommands.Inbox, wire: Wire, configuration: WebSocketConfiguration) {
        let context = WebSocketContext(
            hub: hub,
            commands: commands,
            messages: JSONMessages(wire: wire),
            configuration: configuration
        )
        endpoint = WebSocketEndpoint(path: Self.path) { head in
            [WebSocketConnection(in: context, requestCredential: ClientCredential(head.headers))]
        }
    }

    /// Answers requests that are not a valid WebSocket handshake; valid ones are upgraded before they are routed.
    func mount(_ router: Router<AppContext>) {
        router.get(RouterPath(Self.path)) { _, _ -> Response in
            var response = Problem(
                .upgradeRequired,
                "malformed",
                "This path speaks WebSocket: send Upgrade: websocket."
            ).response
            response.headers[.upgrade] = "websocket"
            // RFC 6455 section 4.4.
            response.headers[.secWebSocketVersion] = "13"
            return response
        }
    }
}
