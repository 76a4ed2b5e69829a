import NIOCore
import NIOHTTP1

/// Limits the memory for the head of a request.
///
/// NIO's decoder enforces ``decoderLimits``. This handler, which follows it, responds to a head that is too large with
/// 431 (RFC 6585 section 5) after the responses to earlier requests, and closes the connection.
final class RequestHeadGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Limit for the name of a field, for its value, and for the request target, in bytes each.
    static let maxFieldBytes = 8 * 1024
    static let maxFields = 64
    /// Limit for the request target and all fields together, in bytes.
    static let maxHeadBytes = 16 * 1024
    /// Time for the client to read the response; what it still sends is discarded.
    private static let closeDelay = TimeAmount.seconds(1)

    static var decoderLimits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = maxFieldBytes
        limits.maxHeaderFieldCount = maxFields
        limits.maxHeaderListSize = maxHeadBytes
        return limits
    }

    /// Requests whose response is not complete.
    private var pendingResponses = 0
    private var isInRequest = false
    private var mustRefuse = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            pendingResponses += 1
            isInRequest = true
        case .body: break
        case .end: isInRequest = false
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(data, promise: promise)
        guard case .end = unwrapOutboundIn(data) else { return }
        pendingResponses -= 1
        if mustRefuse, pendingResponses == 0 { refuse(context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // In trailers, the reader of the body receives the error.
        guard (error as? HTTPParserError) == .headerOverflow, !isInRequest else {
            return context.fireErrorCaught(error)
        }
        mustRefuse = true
        if pendingResponses == 0 { refuse(context) }
    }

    private func refuse(_ context: ChannelHandlerContext) {
        mustRefuse = false
        let body = ByteBuffer(bytes: Self.problem.json)
        let headers: HTTPHeaders = [
            "content-type": "application/problem+json", "cache-control": "no-store", "connection": "close",
            "content-length": "\(body.readableBytes)",
        ]
        let head = HTTPResponseHead(version: .http1_1, status: .requestHeaderFieldsTooLarge, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        // Closing the connection at once would make a client that is still sending lose the response.
        context.close(mode: .output, promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.closeDelay) { context.close(promise: nil) }
    }

    static let problem = Problem(
        .requestHeaderFieldsTooLarge,
        "too_large",
        "The request header may have at most \(maxFields) fields of \(maxFieldBytes) bytes each, "
            + "and \(maxHeadBytes) bytes in total.",
        limit: maxHeadBytes
    )
}
