import NIOCore
import NIOHTTP1

/// A request on its way, with the promise of its answer.
struct Exchange: Sendable {
    let head: HTTPRequestHead
    let body: [ByteBuffer]
    let deadline: TimeAmount
    let answer: EventLoopPromise<Answer>

    var name: String { "\(head.method) \(head.uri)" }
}

extension Channel {
    /// Sends a request over a connection that ``Site/connect(on:)`` opened, and collects its answer. Closes the connection
    /// when the task is cancelled.
    func exchange(_ request: Site.Request, with site: Site, deadline: TimeAmount) async throws -> Answer {
        var head = HTTPRequestHead(
            version: .http1_1,
            method: request.method,
            uri: request.path,
            headers: request.headers
        )
        let body = try request.body.pieces(describedBy: &head.headers)
        head.headers.replaceOrAdd(name: "host", value: site.authority)
        let answer = eventLoop.makePromise(of: Answer.self)
        let accepted = eventLoop.makePromise(of: Void.self)
        accepted.futureResult.whenFailure { answer.fail($0) }
        writeAndFlush(Exchange(head: head, body: body, deadline: deadline, answer: answer), promise: accepted)
        return try await withTaskCancellationHandler {
            do {
                return try await answer.futureResult.get()
            } catch {
                try Task.checkCancellation()
                throw error
            }
        } onCancel: {
            close(promise: nil)
        }
    }
}

/// Sends one request at a time and collects its answer.
final class ExchangeHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = Exchange
    typealias OutboundOut = HTTPClientRequestPart

    private var exchange: Exchange?
    private var head: HTTPResponseHead?
    private var body: [UInt8] = []
    private var timeout: Scheduled<Void>?

    /// - Parameter promise: Succeeds when the exchange is under way. From then on its own promise reports how it ends: a
    ///   server that refuses a body may close while it is sent, and what it answered is what counts.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let exchange = unwrapOutboundIn(data)
        guard self.exchange == nil, context.channel.isActive else {
            promise?.fail(self.exchange == nil ? ConnectionEnded() : ConnectionIsBusy())
            return
        }
        self.exchange = exchange
        timeout = context.eventLoop.assumeIsolated().scheduleTask(in: exchange.deadline) {
            self.fail(TookTooLong(what: exchange.name), context: context)
        }
        promise?.succeed()
        context.write(wrapOutboundOut(.head(exchange.head)), promise: nil)
        for piece in exchange.body { context.write(wrapOutboundOut(.body(.byteBuffer(piece))), promise: nil) }
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(let piece): body.append(contentsOf: piece.readableBytesView)
        case .end: finish()
        }
    }

    private func finish() {
        guard let exchange = takeExchange(), let head else { return }
        exchange.answer.succeed(
            Answer(
                request: exchange.name,
                status: Int(head.status.code),
                headers: head.headers,
                body: body,
                finished: .now()
            )
        )
        (self.head, body) = (nil, [])
    }

    private func fail(_ error: any Error, context: ChannelHandlerContext) {
        takeExchange()?.answer.fail(error)
        context.close(promise: nil)
    }

    private func takeExchange() -> Exchange? {
        timeout?.cancel()
        defer { exchange = nil }
        return exchange
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(ConnectionEnded(), context: context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(error, context: context)
    }
}
