import Chat
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOPosix

/// The protocol of a connection after its first request.
enum ConnectionKind: Sendable {
    case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
    /// A WebSocket, which its handlers own from here on.
    case webSocket
}

/// An HTTP/1.1 connection whose first request may upgrade it to a WebSocket.
///
/// Clients are authenticated after the upgrade, where a refusal has a close code that a browser can read.
struct ConnectionChannel: ServerChildChannel, HTTPChannelHandler {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let kind: EventLoopFuture<ConnectionKind>
    }

    struct Limits: Sendable {
        /// Time in which the first request head of a new connection must be complete.
        var firstRequest = TimeAmount.seconds(10)
        /// Time that a connection may be idle between requests, or a body without a byte.
        var idle = Duration.seconds(60)
        /// How fast requests must arrive.
        var pace = RequestPace.Limits()
        /// Time that a client may leave responses, and events on a WebSocket, unread.
        var unread = TimeAmount.seconds(60)
    }

    let responder: HTTPChannelHandler.Responder
    private let limits: Limits
    private let rates: RateLimits
    private let endpoints: [WebSocketEndpoint]
    private let upgrader: WebSocketUpgrader

    /// - Parameter maxBody: Largest body, in bytes, that is asked for with `100 Continue`.
    init(
        responder: @escaping HTTPChannelHandler.Responder,
        limits: Limits,
        rates: RateLimits,
        maxBody: Int,
        endpoints: [WebSocketEndpoint]
    ) {
        self.limits = limits
        self.rates = rates
        self.endpoints = endpoints
        upgrader = WebSocketUpgrader(endpoints: endpoints)
        self.responder = { request, writer, channel in
            if request.headers[.upgrade]?.lowercased() == "websocket" {
                return try await Self.redirectToNewConnection(request, writer)
            }
            if Self.expectsContinue(request, maxBody) {
                try await writer.writeInformationalHead(HTTPResponse(status: .continue))
            }
            try await responder(request, writer, channel)
        }
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            // Small at first, because thousands of WebSockets hold one each; an upload makes it grow.
            let receiveBuffer = AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 512, maximum: 65_536)
            try channel.syncOptions?.setOption(.recvAllocator, value: receiveBuffer)
            // A message is one small write; waiting for more to send with it would delay it by 40 ms.
            try channel.syncOptions?.setOption(.tcpOption(.tcp_nodelay), value: 1)
            try Self.limitUnread(limits.unread, on: channel)
            let encoder = HTTPResponseEncoder()
            let decoder = ByteToMessageHandler(
                HTTPRequestDecoder(
                    leftOverBytesStrategy: .forwardBytes,
                    limitConfiguration: RequestHeadGuard.decoderLimits
                )
            )
            let identity = ResponseIdentity()
            let headGuard = RequestHeadGuard()
            let filter = UpgradeRequestFilter(endpoints: endpoints) { [rates] in rates.mayUpgrade($0, from: $1) }
            let upgrade = NIOTypedHTTPServerUpgradeHandler<ConnectionKind>(
                httpEncoder: encoder,
                extraHTTPHandlers: [decoder, identity, headGuard, filter],
                upgradeConfiguration: .init(upgraders: [upgrader]) { channel in
                    channel.eventLoop.makeCompletedFuture { .http(try openHTTP(on: channel, logger: logger)) }
                }
            )
            try channel.pipeline.syncOperations.addHandlers(encoder, decoder, identity, headGuard, filter, upgrade)
            let kind = upgrade.upgradeResultFuture
            let deadline = channel.eventLoop.scheduleTask(in: limits.firstRequest) { channel.close(promise: nil) }
            kind.whenComplete { _ in deadline.cancel() }
            return Value(channel: channel, kind: kind)
        }
    }

    func handle(value: Value, logger: Logger) async {
        do {
            switch try await value.kind.get() {
            case .http(let connection): await handleHTTP(asyncChannel: connection, logger: logger)
            case .webSocket: break
            }
        } catch {
            logger.debug("A connection ended before its first request", metadata: ["error": "\(error)"])
            value.channel.close(promise: nil)
        }
    }

    private func openHTTP(
        on channel: any Channel,
        logger: Logger
    ) throws -> NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart> {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        try pipeline.addHandler(SlowRequestGuard(limits.pace))
        try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: limits.idle, logger: logger))
        return try NIOAsyncChannel(
            wrappingChannelSynchronously: channel,
            configuration: .init(isOutboundHalfClosureEnabled: true)
        )
    }

    /// Uses a timeout of the kernel, which alone knows what the client has received: to the server, megabytes in the
    /// kernel's buffer look sent. It ends the connection when nothing was acknowledged for that long (tcp(7),
    /// `TCP_USER_TIMEOUT`).
    private static func limitUnread(_ time: TimeAmount, on channel: any Channel) throws {
        #if os(Linux)
        let userTimeout = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: TCP_USER_TIMEOUT))
        let milliseconds = SocketOptionValue(time.nanoseconds / 1_000_000)
        try channel.syncOptions?.setOption(userTimeout, value: milliseconds)
        #endif
    }

    /// NIO upgrades only the first request of a connection, and Safari and pooling proxies reuse connections.
    private static func redirectToNewConnection(_ request: Request, _ writer: consuming ResponseWriter) async throws {
        let headers: HTTPFields = [.connection: "close", .location: request.head.path ?? "/", .contentLength: "0"]
        let body = try await writer.writeHead(HTTPResponse(status: .temporaryRedirect, headerFields: headers))
        try await body.finish(nil)
        throw ChannelError.eof
    }

    /// Hummingbird does not answer `Expect: 100-continue` (RFC 9110 section 10.1.1), and curl waits a second for it.
    private static func expectsContinue(_ request: Request, _ maxBody: Int) -> Bool {
        guard request.headers[.expect]?.lowercased() == "100-continue" else { return false }
        guard request.refusedContentCoding == nil else { return false }
        return request.contentLength.map { $0 <= maxBody } ?? true
    }
}
