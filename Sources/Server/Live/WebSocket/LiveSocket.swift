import Chat
import DequeModule
import NIOCore
import NIOWebSocket

/// One WebSocket: the last handler of its pipeline, right after NIO's frame decoder. It writes finished frames itself.
///
/// No task belongs to it: with thousands of sockets a task and its stream each would cost more than the socket.
final class LiveSocket: ChannelInboundHandler, LiveConnection {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = ByteBuffer

    struct Limits: Sendable {
        /// Time to say hello.
        var hello = TimeAmount.seconds(5)
        /// Between two pings.
        var heartbeat = TimeAmount.seconds(30)
        /// Without a sign of life.
        var silence = TimeAmount.seconds(60)
        /// Between our close frame and the end of the connection, if the client does not answer it.
        var farewell = TimeAmount.seconds(5)
        /// Events that may wait for a slow reader, and their bytes.
        var outboxEvents = 256
        var outboxBytes = 1 << 20
        /// Frames that may wait to be done before no more are read, and their bytes.
        var inboxFrames = 64
        var inboxBytes = 128 * 1024
        /// Frames of any kind, parts and pings too.
        var frames = RateRule(count: 100, seconds: 1, burst: 500)
        /// Frames that are not understood; a client that sends more does not look at its errors.
        var badFrames = RateRule(count: 20, seconds: 60, burst: 20)
    }

    private enum Phase: Equatable {
        case stranger
        case live
        case closing
    }

    var seats: [LiveRoom.Seat] = []
    var dueFlushes: [LiveRoom.Flush] = []
    private let sockets: LiveSockets
    private var headerToken: SessionToken?
    private var session: Session?
    private var phase = Phase.stranger
    private var context: ChannelHandlerContext?
    private var helloDeadline: Scheduled<Void>?
    private var assembler = FrameAssembler()
    private var frames = TokenBucket(at: .now)
    private var badFrames = TokenBucket(at: .now)
    private var inbox: Deque<ByteBuffer> = []
    private var inboxBytes = 0
    private var isBusy = false
    private var isPaused = false
    private var backlog = (events: 0, bytes: 0)
    private(set) var lastHeard = NIODeadline.now()
    private var lastPing = NIODeadline.now()

    init(of sockets: LiveSockets, headerToken: SessionToken?) {
        self.sockets = sockets
        self.headerToken = headerToken
    }

    var userID: User.ID { signedIn.userID }
    var sessionID: Session.ID { signedIn.id }
    var isOpen: Bool { context != nil && phase != .closing }

    private var hub: LiveHub { sockets.hub }
    private var limits: Limits { sockets.limits }

    private var signedIn: Session {
        guard let session else { preconditionFailure("the hub knows only sockets that have signed in") }
        return session
    }

    // MARK: - Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        helloDeadline = context.eventLoop.assumeIsolated().scheduleTask(in: limits.hello) { self.close(.helloTooLate) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        endHelloDeadline()
        leave()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // NIO's decoder says so for a frame above its limit; everything else it throws breaks the protocol.
        let isTooBig = (error as? NIOWebSocketError) == .invalidFrameLength
        end(code: isTooBig ? 1009 : 1002)
        // The decoder reads nothing more, so an answer would not be seen; the client is told not to wait for us.
        context.close(mode: .output, promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { backlog = (0, 0) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            close(.restarting)
        } else if case ChannelEvent.inputClosed = event {
            // Hummingbird allows half-closed connections; for a socket it means that the client is gone.
            context.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastHeard = .now()
        let outcome = assembler.accept(unwrapInboundIn(data))
        if phase == .closing {
            if case .closed = outcome { context.close(promise: nil) }
            return
        }
        guard frames.take(limits.frames, at: .now) else { return close(.tooMany) }
        switch outcome {
        case .nothing, .pong: break
        case .ping(let payload): write(.webSocketFrame(.pong, payload))
        case .text(let text): received(text)
        case .closed(let payload): answerClose(payload)
        case .violation(let code): end(code: code)
        }
    }

    // MARK: - Frames of the client

    private func received(_ text: ByteBuffer) {
        inbox.append(text)
        inboxBytes += text.readableBytes
        if inbox.count >= limits.inboxFrames || inboxBytes >= limits.inboxBytes { setPaused(true) }
        nextCommand()
    }

    private func nextCommand() {
        guard !isBusy, isOpen, let text = inbox.popFirst() else { return }
        isBusy = true
        inboxBytes -= text.readableBytes
        endHelloDeadline()
        let identity = session.map(LiveIdentity.session) ?? .stranger(headerToken)
        let handle = SocketHandle(self, on: hub.loop)
        if !sockets.commands.submit(.init(text: text, socket: handle, identity: identity)) { close(.tooMany) }
    }

    /// The frame that was handed over is done; the next one may follow.
    func finishedCommand() {
        isBusy = false
        if inbox.count < limits.inboxFrames / 4, inboxBytes < limits.inboxBytes / 4 { setPaused(false) }
        nextCommand()
    }

    /// Reading stops while many frames wait, so that a client that sends faster than the disk takes it slows down.
    private func setPaused(_ paused: Bool) {
        guard paused != isPaused, let context else { return }
        isPaused = paused
        context.channel.setOption(.autoRead, value: !paused).whenFailure { _ in }
    }

    /// The timer would be kept for as long as the socket.
    private func endHelloDeadline() {
        helloDeadline?.cancel()
        helloDeadline = nil
    }

    /// Becomes a connection of the session's person.
    func admit(_ session: Session, _ entry: LiveEntry, then answer: @escaping (Hub.Admission) -> Void) {
        self.session = session
        headerToken = nil
        hub.onLoop.admit(self, entry, then: answer)
    }

    // MARK: - Frames of the server

    func welcome(_ welcome: Welcome) {
        phase = .live
        let seconds = Int(limits.heartbeat.nanoseconds / 1_000_000_000)
        send(sockets.wire.json(ServerFrame.welcome(welcome, heartbeatSeconds: seconds)).buffer)
    }

    func send(_ json: ByteBuffer) {
        guard isOpen else { return }
        write(.webSocketFrame(.text, json), events: 1)
    }

    /// Answers a frame that was not understood, and ends the session of a client that has sent too many of them.
    func refuseBadFrame(_ answer: ByteBuffer) {
        send(answer)
        guard badFrames.take(limits.badFrames, at: .now) else { return close(.malformed) }
    }

    func deliver(_ batch: LiveBatch) {
        guard phase == .live else { return }
        write(batch.webSocketFrames, events: batch.texts.count)
    }

    func signal(_ batch: LiveBatch) {
        guard phase == .live, isCaughtUp || hasRoom(for: batch) else { return }
        write(batch.webSocketFrames, events: batch.texts.count)
    }

    var isCaughtUp: Bool { context?.channel.isWritable ?? false }

    /// Signals get no more than half of the outbox.
    private func hasRoom(for batch: LiveBatch) -> Bool {
        (backlog.events + batch.texts.count) * 2 <= limits.outboxEvents
            && (backlog.bytes + batch.webSocketFrames.readableBytes) * 2 <= limits.outboxBytes
    }

    func tick(_ now: NIODeadline) {
        guard phase == .live else { return }
        if now - lastHeard >= limits.silence { return close(.silent) }
        guard now - lastPing >= limits.heartbeat else { return }
        lastPing = now
        write(.webSocketFrame(.ping, ByteBuffer()))
    }

    private func write(_ frames: ByteBuffer, events: Int = 0) {
        guard let context else { return }
        // NIO's high-water mark of 64 KiB is reached: a slow reader.
        if !context.channel.isWritable {
            backlog.events += events
            backlog.bytes += frames.readableBytes
            guard backlog.events <= limits.outboxEvents, backlog.bytes <= limits.outboxBytes else {
                return close(.tooSlow)
            }
        }
        context.writeAndFlush(wrapOutboundOut(frames), promise: nil)
    }

    // MARK: - The end

    func close(_ reason: LiveClosure) {
        end(code: reason.webSocketCode)
    }

    private func answerClose(_ payload: ByteBuffer) {
        end(code: Self.answer(toClose: payload))
        context?.close(promise: nil)
    }

    /// The code that answers a client's close: its own, or that of a close that breaks the protocol (RFC 6455 sections
    /// 5.5.1 and 7.4).
    private static func answer(toClose payload: ByteBuffer) -> UInt16 {
        guard payload.readableBytes > 0 else { return 1000 }
        guard let code = payload.getInteger(at: payload.readerIndex, as: UInt16.self), mayBeSent(code) else {
            return 1002
        }
        let isText = String(validating: payload.readableBytesView.dropFirst(2), as: UTF8.self) != nil
        return isText ? code : 1007
    }

    private static func mayBeSent(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    /// Says goodbye, hears nothing more, and waits a little for the client to answer.
    private func end(code: UInt16) {
        guard let context, phase != .closing else { return }
        phase = .closing
        endHelloDeadline()
        inbox = []
        inboxBytes = 0
        setPaused(false)
        leave()
        context.writeAndFlush(
            wrapOutboundOut(.webSocketFrame(.connectionClose, ByteBuffer(integer: code))),
            promise: nil
        )
        context.eventLoop.assumeIsolated().scheduleTask(in: limits.farewell) { self.context?.close(promise: nil) }
    }

    private func leave() {
        if session != nil { hub.onLoop.remove(self) }
    }
}

extension LiveClosure {
    /// Codes from 4000 on are the product's own (RFC 6455 section 7.4.2).
    var webSocketCode: UInt16 {
        switch self {
        case .malformed: 4400
        case .unauthenticated: 4401
        case .helloTooLate: 4408
        case .tooMany: 4429
        case .replaced: 4409
        case .restarting: 1012
        case .tooSlow: 1013
        case .silent: 1001
        case .failed: 1011
        }
    }
}
