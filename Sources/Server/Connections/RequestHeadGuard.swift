import NIOCore
import NIOHTTP1

/// Bounds what is kept of a request's head before anybody knows who sends it.
///
/// NIO's decoder counts, with the limits of `decoderLimits`; this handler, right behind it, answers what is too large
/// with 431 (RFC 6585 section 5) once earlier requests of the connection have their answers, and ends the connection.
final class RequestHeadGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Bytes of one field's name, of its value, and of the request's target.
    static let maxFieldBytes = 8 * 1024
    static let maxFields = 64
    /// Bytes of the target and all fields.
    static let maxHeadBytes = 16 * 1024
    /// Time for the client to read the answer, while what it goes on sending is thrown away.
    private static let farewell = TimeAmount.seconds(1)

    static var decoderLimits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = maxFieldBytes
        limits.maxHeaderFieldCount = maxFields
        limits.maxHeaderListSize = maxHeadBytes
        return limits
    }

    /// Requests whose answer has not ended.
    private var unanswered = 0
    private var isInRequest = false
    private var mustRefuse = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            unanswered += 1
            isInRequest = true
        case .body: break
        case .end: isInRequest = false
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(data, promise: promise)
        guard case .end = unwrapOutboundIn(data) else { return }
        unanswered -= 1
        if mustRefuse, unanswered == 0 { refuse(context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Trailers count too; the reader of their body gets the error.
        guard (error as? HTTPParserError) == .headerOverflow, !isInRequest else {
            return context.fireErrorCaught(error)
        }
        mustRefuse = true
        if unanswered == 0 { refuse(context) }
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
        // Closing under a client that is still sending would take the answer away from it.
        context.close(mode: .output, promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.farewell) { context.close(promise: nil) }
    }

    static let problem = Problem(
        .requestHeaderFieldsTooLarge,
        "too_large",
        "The request header may have at most \(maxFields) fields of \(maxFieldBytes) bytes each, and \(maxHeadBytes) bytes in total.",
        limit: maxHeadBytes
    )
}
