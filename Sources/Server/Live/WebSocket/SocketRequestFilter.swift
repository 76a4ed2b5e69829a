import Foundation
import NIOCore
import NIOHTTP1

/// Hides `Upgrade` from NIO unless the request is for a live socket.
///
/// NIO's typed upgrade handler loses the head of a request whose upgrade it cannot do (`Upgrade: h2c` from curl or
/// Java, a missing key), and the client would hang. Without the header it is an ordinary request, which the router
/// answers. It is the connection's last one: NIO's decoder reads nothing behind a request that asks for an upgrade.
final class SocketRequestFilter: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let path: String
    private let mayUpgrade: (HTTPRequestHead, SocketAddress?) -> Bool
    private var hasSeenHead = false
    /// Whether the request that is being answered is the last one.
    private var mustClose = false

    /// - Parameter mayUpgrade: Whether the client may have one more socket now. If not, the router answers the request
    ///   as one too many.
    init(path: String, mayUpgrade: @escaping (HTTPRequestHead, SocketAddress?) -> Bool) {
        self.path = path
        self.mayUpgrade = mayUpgrade
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        hasSeenHead = true
        giveHost(to: &head)
        let isHidden = !isSocketRequest(head) || !mayUpgrade(head, context.remoteAddress)
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

    /// Before its first request nobody else ends a connection when the server stops.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent, !hasSeenHead { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    /// Requests of HTTP/1.0 need no `Host`; behind NIO's conversion their version is not known any more. An empty one is
    /// allowed, and stands for none.
    private func giveHost(to head: inout HTTPRequestHead) {
        guard head.version != .http1_1, !head.headers.contains(name: "host") else { return }
        head.headers.add(name: "host", value: "")
    }

    private func isSocketRequest(_ head: HTTPRequestHead) -> Bool {
        head.method == .GET
            && isForSocket(head.uri.prefix { $0 != "?" })
            && HostName.isOnly(head.headers["host"])
            && head.headers.first(name: "upgrade")?.lowercased() == "websocket"
            && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
            && hasKey(head)
            && head.headers["sec-websocket-version"] == ["13"]
            // Some clients say of each request how long its body is.
            && head.headers["content-length"].allSatisfy { $0 == "0" }
            && !head.headers.contains(name: "transfer-encoding")
    }

    /// One key, of 16 bytes (RFC 6455 section 4.2.1).
    private func hasKey(_ head: HTTPRequestHead) -> Bool {
        let keys = head.headers["sec-websocket-key"]
        return keys.count == 1 && Data(base64Encoded: keys[0])?.count == 16
    }

    /// With a slash behind it the path is the same one, as it is to the router.
    private func isForSocket(_ path: Substring) -> Bool {
        path == self.path || path == self.path + "/"
    }

    /// Hummingbird answers a malformed request only once its own handlers are there.
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
