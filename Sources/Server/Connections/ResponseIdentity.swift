import Hummingbird
import NIOCore
import NIOHTTP1

/// Gives an `X-Request-Id` to the responses that neither the router nor an upgrade makes: redirects, and refusals of
/// requests that are not valid HTTP.
final class ResponseIdentity: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    static let name = "X-Request-Id"

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // The response to `Expect: 100-continue` is followed by another, which has the id.
        guard case .head(var head) = unwrapOutboundIn(data), head.status != .continue,
            !head.headers.contains(name: Self.name)
        else { return context.write(data, promise: promise) }
        head.headers.add(name: Self.name, value: RequestID().description)
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }
}
