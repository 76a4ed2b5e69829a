import Chat
import DequeModule
import NIOCore
import NIOWebSocket

/// One WebSocket: the last handler of its pipeline, right after NIO's frame decoder. It writes finished frames itself.
///
/// It has no task of its own: with thousands of connections, a task and a stream for each would cost more than the
/// connection.
final class WebSocketConnection: ChannelInboundHandler, Subscriber {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = ByteBuffer

    private enum Phase: Equatable {
        case stranger
        case live
        case closing
    }

    private let shared: WebSocketContext
    private var requestCredential: ClientCredential?
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
    private var backlog = Backlog()
    private(set) var lastActivity = NIODeadline.now()
    private var lastPing = NIODeadline.now()

    /// - Parameter requestCredential: The credential of the request that was upgraded, if it had one.
    init(in context: WebSocketContext, requestCredential: ClientCredential?) {
        shared = context
        self.requestCredential = requestCredential
    }

    var userID: User.ID { signedIn.userID }
    var sessionID: Session.ID { signedIn.id }
    var transport: LiveTransport { .webSocket }
    var isOpen: Bool { context != nil && phase != .closing }

    private var hub: LiveHub { shared.hub }
    private var configuration: WebSocketConfiguration { shared.configuration }

    private var signedIn: Session {
        guard let session else { preconditionFailure("the hub knows only connections that have signed in") }
        return session
    }

    // MARK: - Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        helloDeadline = context.eventLoop.assumeIsolated().scheduleTask(in: configuration.hello) {
            self.close(.helloTooLate)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        endHelloDeadline()
        leave()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // NIO's decoder throws this for a frame above its limit; everything else that it throws violates the protocol.
        let isTooBig = (error as? NIOWebSocketError) == .invalidFrameLength
        end(code: isTooBig ? 1009 : 1002)
        // The decoder reads nothing more, not even the client's close frame, so that the server closes its side now.
        context.close(mode: .output, promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { backlog.clear() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            close(.restarting)
        } else if case ChannelEvent.inputClosed = event {
            // Hummingbird allows half-closed connections; for a WebSocket it means that the client is gone.
            context.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastActivity = .now()
        let outcome = assembler.accept(unwrapInboundIn(data))
        if phase == .closing {
            if case .closed = outcome { context.close(promise: nil) }
            return
        }
        guard frames.take(configuration.frames, at: .now) else { return close(.tooMany) }
        switch outcome {
        case .nothing, .pong: break
        case .ping(let payload): write(.webSocketFrame(.pong, payload))
        case .text(let text): received(text)
        case .closed(let payload): answerClose(payload)
        case .violation(let code): end(code: code)
        }
    }

    // MARK: - Messages of the client

    private func received(_ text: ByteBuffer) {
        inbox.append(text)
        inboxBytes += text.readableBytes
        if inbox.count >= configuration.inboxFrames || inboxBytes >= configuration.inboxBytes { setPaused(true) }
        nextCommand()
    }

    private func nextCommand() {
        guard !isBusy, isOpen, let text = inbox.popFirst() else { return }
        isBusy = true
        inboxBytes -= text.readableBytes
        endHelloDeadline()
        let identity = session.map(LiveIdentity.session) ?? .stranger(requestCredential)
        let peer = WebSocketPeer(self, in: shared)
        if !shared.commands.submit(.init(frame: text, peer: peer, identity: identity)) { close(.tooMany) }
    }

    /// The command that was submitted is finished; the next one may follow.
    func finishedCommand() {
        isBusy = false
        if inbox.count < configuration.inboxFrames / 4, inboxBytes < configuration.inboxBytes / 4 { setPaused(false) }
        nextCommand()
    }

    /// Reading stops while many messages wait, so that a client that sends faster than they are committed slows down.
    private func setPaused(_ paused: Bool) {
        guard paused != isPaused, let context else { return }
        isPaused = paused
        context.channel.setOption(.autoRead, value: !paused).whenFailure { _ in }
    }

    /// The timer would otherwise live as long as the connection.
    private func endHelloDeadline() {
        helloDeadline?.cancel()
        helloDeadline = nil
    }

    /// The connection belongs to the session's person from now on.
    func signIn(_ session: Session) {
        self.session = session
        requestCredential = nil
    }

    // MARK: - Frames of the server

    func welcome(_ welcome: Welcome) {
        phase = .live
        let seconds = Int(configuration.heartbeat.nanoseconds / 1_000_000_000)
        send(shared.messages.frames(of: .welcome(welcome, heartbeatSeconds: seconds)))
    }

    /// Sends one message, already framed.
    func send(_ frames: ByteBuffer) {
        guard isOpen else { return }
        write(frames, events: 1)
    }

    /// Answers a frame that could not be understood, and closes a client that has sent too many of them.
    func rejectBadFrame(_ answer: ByteBuffer) {
        send(answer)
        guard badFrames.take(configuration.badFrames, at: .now) else { return close(.malformed) }
    }

    func deliver(_ batch: EncodedBatch) {
        guard phase == .live else { return }
        write(shared.messages.frames(of: batch), events: batch.events.count)
    }

    func deliverTransient(_ batch: EncodedBatch) {
        guard phase == .live else { return }
        let frames = shared.messages.frames(of: batch)
        guard isCaughtUp || hasRoom(for: frames, of: batch) else { return }
        write(frames, events: batch.events.count)
    }

    var isCaughtUp: Bool { context?.channel.isWritable ?? false }

    private func hasRoom(for frames: ByteBuffer, of batch: EncodedBatch) -> Bool {
        backlog.hasRoomForTransient(
            events: batch.events.count,
            bytes: frames.readableBytes,
            limits: configuration.backlog
        )
    }

    func tick(_ now: NIODeadline) {
        guard phase == .live else { return }
        if now - lastActivity >= configuration.silence { return close(.silent) }
        guard now - lastPing >= configuration.heartbeat else { return }
        lastPing = now
        write(shared.messages.ping)
    }

    private func write(_ frames: ByteBuffer, events: Int = 0) {
        guard let context else { return }
        // NIO's high-water mark of 64 KiB has been reached: the reader is slow.
        if !context.channel.isWritable {
            guard backlog.add(events: events, bytes: frames.readableBytes, limits: configuration.backlog) else {
                return close(.tooSlow)
            }
        }
        context.writeAndFlush(wrapOutboundOut(frames), promise: nil)
    }

    // MARK: - Closing

    func close(_ reason: CloseReason) {
        end(code: reason.webSocketCode)
    }

    private func answerClose(_ payload: ByteBuffer) {
        end(code: Self.answer(toClose: payload))
        context?.close(promise: nil)
    }

    /// The code that answers a client's close: the same one, or the one for a close that violates the protocol (RFC
    /// 6455 sections 5.5.1 and 7.4).
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

    /// Sends a close frame, unsubscribes, and waits a little for the client to answer.
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
        context.eventLoop.assumeIsolated().scheduleTask(in: configuration.closeTimeout) {
            self.context?.close(promise: nil)
        }
    }

    private func leave() {
        if session != nil { hub.onLoop.remove(self) }
    }
}

extension CloseReason {
    /// Codes from 4000 on are defined by this product (RFC 6455 section 7.4.2).
    fileprivate var webSocketCode: UInt16 {
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
