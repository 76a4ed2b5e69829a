import Chat
import NIOCore
import NIOHTTP1
import NIOWebSocket

/// Turns an HTTP/1.1 connection into a live socket.
///
/// NIO's own upgrader always installs a frame encoder, which shared, already framed bytes must not pass; only its
/// answer to the handshake (RFC 6455 section 4.2.2) is used.
struct SocketUpgrader: NIOTypedHTTPServerProtocolUpgrader {
    typealias UpgradeResult = ConnectionKind

    let supportedProtocol = "websocket"
    let requiredUpgradeHeaders: [String] = []
    private let handshake = NIOTypedWebSocketServerUpgrader<ConnectionKind>(
        shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(HTTPHeaders()) },
        upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededFuture(.socket) }
    )
    private let makeSocket: @Sendable (SessionToken?) -> LiveSocket

    init(makeSocket: @escaping @Sendable (SessionToken?) -> LiveSocket) {
        self.makeSocket = makeSocket
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
        )
    }

    func upgrade(channel: any Channel, upgradeRequest: HTTPRequestHead) -> EventLoopFuture<ConnectionKind> {
        channel.eventLoop.makeCompletedFuture {
            let token = upgradeRequest.headers.first(name: "authorization").flatMap(Authenticator.bearerToken)
            let decoder = WebSocketFrameDecoder(maxFrameSize: FrameAssembler.maxMessageBytes)
            try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(decoder))
            try channel.pipeline.syncOperations.addHandler(makeSocket(token))
            return .socket
        }
    }
}
