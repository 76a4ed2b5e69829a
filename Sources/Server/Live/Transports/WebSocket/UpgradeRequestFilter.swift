import Foundation
import NIOCore
import NIOHTTP1

/// Hides `Upgrade` from NIO unless the request is a valid handshake for a WebSocket endpoint.
///
/// NIO's typed upgrade handler loses the head of a request whose upgrade it cannot do (`Upgrade: h2c` from curl or
/// Java, a missing key), and the client would hang. Without the header it is an ordinary request, which the router
/// answers. It is the connection's last one: NIO's decoder reads nothing behind a request that asks for an upgrade.
final class UpgradeRequestFilter: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let endpoints: [WebSocketEndpoint]
    private let mayUpgrade: (HTTPRequestHead, SocketAddress?) -> Bool
    private var hasSeenHead = false
    /// Whether the request that is being answered is the last one of the connection.
    private var mustClose = false

    /// - Parameter mayUpgrade: Whether the client's rate limit allows another WebSocket now. If not, the router refuses
    ///   the request.
    init(endpoints: [WebSocketEndpoint], mayUpgrade: @escaping (HTTPRequestHead, SocketAddress?) -> Bool) {
        self.endpoints = endpoints
        self.mayUpgrade = mayUpgrade
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        hasSeenHead = true
        addMissingHost(to: &head)
        let isHidden = !isHandshake(head) || !mayUpgrade(head, context.remoteAddress)
        if isHidden, head.headers.contains(name: "upgrade") {
            mustClose = true
            head.headers.remove(name: "upgrade")
            head.headers.replaceOrAdd(name: "connection", value: "close")
        }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard mustClose, case .head(var head) = unwrapOutboundIn(data) else {
            return context.write(data, promise: promise)
        }
        head.headers.replaceOrAdd(name: "connection", value: "close")
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    /// Before the first request no other handler closes the connection when the server stops.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent, !hasSeenHead { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    /// HTTP/1.0 requests need no `Host`, but after NIO's conversion their version is unknown. They get an empty `Host`,
    /// which is allowed.
    private func addMissingHost(to head: inout HTTPRequestHead) {
        guard head.version != .http1_1, !head.headers.contains(name: "host") else { return }
        head.headers.add(name: "host", value: "")
    }

    private func isHandshake(_ head: HTTPRequestHead) -> Bool {
        head.method == .GET
            && endpoints.contains { $0.matches(head) }
            && HostName.isOnly(head.headers["host"])
            && head.headers.first(name: "upgrade")?.lowercased() == "websocket"
            && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
            && hasKey(head)
            && head.headers["sec-websocket-version"] == ["13"]
            // Some clients send the length of the body with every request.
            && head.headers["content-length"].allSatisfy { $0 == "0" }
            && !head.headers.contains(name: "transfer-encoding")
    }

    /// One key, of 16 bytes (RFC 6455 section 4.2.1).
    private func hasKey(_ head: HTTPRequestHead) -> Bool {
        let keys = head.headers["sec-websocket-key"]
        return keys.count == 1 && Data(base64Encoded: keys[0])?.count == 16
    }

    /// Hummingbird answers a malformed request only once its own handlers are in the pipeline.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError, !hasSeenHead else { return context.fireErrorCaught(error) }
        let head = HTTPResponseHead(
            version: .http1_1,
            status: .badRequest,
            headers: ["connection": "close", "content-length": "0"]
        )
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.close(promise: nil)
    }
}
