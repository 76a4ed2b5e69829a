import NIOCore

/// Receives the text frames of one socket after its welcome. Called on the socket's event loop.
protocol FrameReceiver: AnyObject {
    func received(_ text: UnsafeRawBufferPointer, at now: NIODeadline)
    /// - Parameter code: The server's close code (RFC 6455 section 7.4); nil if it sent none.
    func closed(_ code: Int?)
}

/// Reads the frames of one socket: answers pings, waits for the welcome, and passes each later text on to the receiver.
final class SocketHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var walker = FrameWalker()
    private let receiver: any FrameReceiver
    private let welcomed: EventLoopPromise<Void>
    private var isWelcomed = false
    private var closeCode: Int?

    init(receiver: any FrameReceiver, welcomed: EventLoopPromise<Void>) {
        self.receiver = receiver
        self.welcomed = welcomed
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let now = NIODeadline.now()
        do {
            try walker.walk(unwrapInboundIn(data)) { opcode, payload in
                received(opcode, payload, at: now, context: context)
            }
        } catch {
            errorCaught(context: context, error: error)
        }
    }

    private func received(
        _ opcode: UInt8,
        _ payload: UnsafeRawBufferPointer,
        at now: NIODeadline,
        context: ChannelHandlerContext
    ) {
        switch opcode {
        case 0x1 where isWelcomed: receiver.received(payload, at: now)
        case 0x1: welcome(payload)
        case 0x8:
            if payload.count >= 2 { closeCode = Int(payload[0]) << 8 | Int(payload[1]) }
            context.close(promise: nil)
        case 0x9:
            context.writeAndFlush(wrapOutboundOut(.clientFrame(opcode: 0xA, payload: payload)), promise: nil)
        default: break
        }
    }

    private func welcome(_ payload: UnsafeRawBufferPointer) {
        let text = String(decoding: payload, as: UTF8.self)
        guard text.contains(#""welcome""#) else { return welcomed.fail(LiveSocketError.noWelcome(text)) }
        isWelcomed = true
        welcomed.succeed()
    }

    func channelInactive(context: ChannelHandlerContext) {
        welcomed.fail(LiveSocketError.closed)
        receiver.closed(closeCode)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
