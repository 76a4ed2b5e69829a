import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// The client took too long over the body of its request.
struct SlowRequest: Error {}

/// Cuts off clients that send their requests too slowly.
///
/// Whoever reads the body gets a `SlowRequest` thrown, so that the client is answered where that is still possible; then
/// the connection ends.
final class SlowRequestGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var pace: RequestPace
    private var timer: (due: NIODeadline, task: Scheduled<Void>)?
    private var hasReceivedPart = false
    private var hasGivenUp = false
    private var requests = 0
    private var answersBegun = 0
    private var answersDone = 0

    init(_ limits: RequestPace.Limits) {
        pace = RequestPace(limits)
    }

    /// The read that brings what comes first has been asked for before.
    func handlerAdded(context: ChannelHandlerContext) {
        pace.beginWaiting(at: context.eventLoop.now)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.task.cancel()
        timer = nil
    }

    // MARK: - What the client sends

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasReceivedPart = true
        switch unwrapInboundIn(data) {
        case .head:
            requests += 1
            pace.receivedHead(at: context.eventLoop.now)
        case .body(let bytes):
            pace.receivedBody(byteCount: bytes.readableBytes, at: context.eventLoop.now)
        case .end:
            pace.receivedEnd()
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        let now = context.eventLoop.now
        // When NIO's upgrade handler leaves after the first head, it says so as well: then no read was asked for before.
        if !hasReceivedPart, pace.isWaiting { pace.receivedFragment(at: now) }
        hasReceivedPart = false
        pace.stopWaiting(at: now)
        context.fireChannelReadComplete()
    }

    /// Comes again after each read, but not while the server has more than it can take.
    func read(context: ChannelHandlerContext) {
        pace.beginWaiting(at: context.eventLoop.now)
        setTimer(context)
        context.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { pace.end() }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: - What it is answered

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status.kind != .informational: answersBegun += 1
        case .end: answersDone += 1
        default: break
        }
        context.write(data, promise: promise)
        guard hasGivenUp, answersDone == requests else { return }
        context.flush()
        context.close(promise: nil)
    }

    // MARK: - Time

    /// A timer that is there already is left to run and looks again then; most requests come whole and need none.
    private func setTimer(_ context: ChannelHandlerContext) {
        guard let due = pace.deadline else { return }
        if let timer {
            guard due < timer.due else { return }
            timer.task.cancel()
        }
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: due) { self.timeIsUp(context) }
        timer = (due, task)
    }

    private func timeIsUp(_ context: ChannelHandlerContext) {
        timer = nil
        guard let due = pace.deadline else { return }
        guard due <= context.eventLoop.now else { return setTimer(context) }
        pace.isInBody ? giveUpBody(context) : giveUpHead(context)
    }

    private func giveUpBody(_ context: ChannelHandlerContext) {
        // Whoever has the answer already needs no other.
        guard answersBegun < requests else { return context.close(promise: nil) }
        hasGivenUp = true
        pace.end()
        context.fireErrorCaught(SlowRequest())
    }

    /// A head that is not whole asks for nothing. But the client may still be owed the answer to what it asked before.
    private func giveUpHead(_ context: ChannelHandlerContext) {
        guard answersDone < requests else { return context.close(promise: nil) }
        pace.extendHead(at: context.eventLoop.now)
        setTimer(context)
    }
}
