import Hummingbird
import NIOCore
import NIOHTTP1
import NIOWebSocket

/// Upgrades an HTTP/1.1 connection to a WebSocket.
///
/// NIO's own upgrader always installs a frame encoder, which bytes that are shared and already framed must not pass;
/// only its answer to the handshake (RFC 6455 section 4.2.2) is used.
struct WebSocketUpgrader: NIOTypedHTTPServerProtocolUpgrader {
    typealias UpgradeResult = ConnectionKind

    let supportedProtocol = "websocket"
    let requiredUpgradeHeaders: [String] = []
    private let handshake = NIOTypedWebSocketServerUpgrader<ConnectionKind>(
        shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(HTTPHeaders()) },
        upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededFuture(.webSocket) }
    )
    private let endpoints: [WebSocketEndpoint]

    init(endpoints: [WebSocketEndpoint]) {
        self.endpoints = endpoints
    }

    func buildUpgradeResponse(
        channel: any Channel,
        upgradeRequest: HTTPRequestHead,
        initialResponseHeaders: HTTPHeaders
    ) -> EventLoopFuture<HTTPHeaders> {
        handshake.buildUpgradeResponse(
            channel: channel,
            upgradeRequest: upgradeRequest,
            initialResponseHeaders: initialResponseHeaders
        ).map { headers in
            var headers = headers
            headers.add(name: ResponseIdentity.name, value: RequestID().description)
            return headers
        }
    }

    func upgrade(channel: any Channel, upgradeRequest: HTTPRequestHead) -> EventLoopFuture<ConnectionKind> {
        channel.eventLoop.makeCompletedFuture {
            guard let endpoint = endpoints.first(where: { $0.matches(upgradeRequest) }) else {
                preconditionFailure("the filter lets nothing else through")
            }
            let decoder = WebSocketFrameDecoder(maxFrameSize: FrameAssembler.maxMessageBytes)
            try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(decoder))
            try channel.pipeline.syncOperations.addHandlers(endpoint.makeHandlers(upgradeRequest))
            return .webSocket
        }
    }
}
