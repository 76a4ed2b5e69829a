import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// The client sent the body of its request too slowly.
struct SlowRequest: Error {}

/// Disconnects clients that send their requests too slowly.
///
/// The reader of the body receives a ``SlowRequest``, so that the client gets a response if none has started; then the
/// connection is closed.
final class SlowRequestGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var pace: RequestPace
    private var timer: (due: NIODeadline, task: Scheduled<Void>)?
    private var hasReceivedPart = false
    private var hasTimedOut = false
    private var requests = 0
    private var responsesStarted = 0
    private var responsesFinished = 0

    init(_ limits: RequestPace.Limits) {
        pace = RequestPace(limits)
    }

    /// The first read was requested before this handler was added.
    func handlerAdded(context: ChannelHandlerContext) {
        pace.beginWaiting(at: context.eventLoop.now)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.task.cancel()
        timer = nil
    }

    // MARK: - Requests

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
        // NIO's upgrade handler also fires this when it is removed after the first head; then no read was requested.
        if !hasReceivedPart, pace.isWaiting { pace.receivedFragment(at: now) }
        hasReceivedPart = false
        pace.stopWaiting(at: now)
        context.fireChannelReadComplete()
    }

    /// Called again after each read, but not while the server is busy with what it has received.
    func read(context: ChannelHandlerContext) {
        pace.beginWaiting(at: context.eventLoop.now)
        setTimer(context)
        context.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { pace.end() }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: - Responses

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status.kind != .informational: responsesStarted += 1
        case .end: responsesFinished += 1
        default: break
        }
        context.write(data, promise: promise)
        guard hasTimedOut, responsesFinished == requests else { return }
        context.flush()
        context.close(promise: nil)
    }

    // MARK: - Time

    /// An existing timer is kept unless it is too late, and checks the deadline when it fires. Most requests arrive
    /// complete and need none.
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
        pace.isInBody ? timeOutBody(context) : timeOutHead(context)
    }

    private func timeOutBody(_ context: ChannelHandlerContext) {
        // A response that has started cannot be replaced.
        guard responsesStarted < requests else { return context.close(promise: nil) }
        hasTimedOut = true
        pace.end()
        context.fireErrorCaught(SlowRequest())
    }

    /// An incomplete head gets no response, but the client may still be waiting for the responses to earlier requests.
    private func timeOutHead(_ context: ChannelHandlerContext) {
        guard responsesFinished < requests else { return context.close(promise: nil) }
        pace.extendHead(at: context.eventLoop.now)
        setTimer(context)
    }
}
