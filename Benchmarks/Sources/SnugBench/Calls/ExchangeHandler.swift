import NIOCore
import NIOHTTP1

/// A request on its way, with the promise of its answer.
struct Exchange: Sendable {
    let request: Request
    let answer: EventLoopPromise<Response>
}

enum ExchangeError: Error {
    case closedEarly
    case tookTooLong
    case isBusy
    case answerTooLarge
}

/// Writes one request and collects its answer.
final class ExchangeHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = Exchange
    typealias OutboundOut = HTTPClientRequestPart

    private static let deadline = TimeAmount.seconds(60)
    private static let maxBodyBytes = 8 << 20

    private var answer: EventLoopPromise<Response>?
    private var status = 0
    private var body = ByteBuffer()
    private var timeout: Scheduled<Void>?

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let exchange = unwrapOutboundIn(data)
        guard answer == nil else { return exchange.answer.fail(ExchangeError.isBusy) }
        guard context.channel.isActive else { return exchange.answer.fail(ExchangeError.closedEarly) }
        answer = exchange.answer
        body = ByteBuffer()
        timeout = context.eventLoop.assumeIsolated().scheduleTask(in: Self.deadline) {
            self.fail(ExchangeError.tookTooLong, context: context)
        }
        write(exchange.request, context: context)
    }

    private func write(_ request: Request, context: ChannelHandlerContext) {
        var headers = HTTPHeaders(request.headers.map { ($0.name, $0.value) })
        headers.add(name: "Host", value: "127.0.0.1")
        if let body = request.body { headers.add(name: "Content-Length", value: "\(body.readableBytes)") }
        let method = HTTPMethod(rawValue: request.method)
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: request.path, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if let body = request.body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body(let bytes):
            body.writeImmutableBuffer(bytes)
            if body.readableBytes > Self.maxBodyBytes { fail(ExchangeError.answerTooLarge, context: context) }
        case .end: finish()
        }
    }

    private func finish() {
        timeout?.cancel()
        answer?.succeed(Response(status: status, body: body, finished: .now()))
        answer = nil
    }

    private func fail(_ error: any Error, context: ChannelHandlerContext) {
        timeout?.cancel()
        answer?.fail(error)
        answer = nil
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(ExchangeError.closedEarly, context: context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(error, context: context)
    }
}
