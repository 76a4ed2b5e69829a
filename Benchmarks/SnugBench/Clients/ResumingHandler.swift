import NIOCore

/// Opens a WebSocket, resumes at a cursor, counts the missed messages, and closes.
///
/// It works on bytes, and the handshake is the same each time: NIO's HTTP handlers and the upgrade would cost the generator
/// as much as a resume costs the server.
final class ResumingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Problem: Error {
        /// The server answered the handshake with another status than 101.
        case notUpgraded(String)
        case notResumed(String)
        case closed(afterMessages: Int)
    }

    /// The key is the example of RFC 6455 section 1.3.
    private static let handshake = ByteBuffer(
        string: "GET /api/v1/realtime HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    /// With the code 1000.
    private static let closeFrame = ByteBuffer.clientFrame(opcode: 0x8, payload: [0x03, 0xE8])

    private let hello: String
    private let missed: Int
    private let complete: EventLoopPromise<NIODeadline>
    private var head = ByteBuffer()
    private var walker = FrameWalker()
    private var isUpgraded = false
    private var isWelcomed = false
    private var messages = 0

    init(hello: String, missed: Int, complete: EventLoopPromise<NIODeadline>) {
        (self.hello, self.missed, self.complete) = (hello, missed, complete)
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(Self.handshake), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let now = NIODeadline.now()
        do {
            guard isUpgraded else { return try upgrade(unwrapInboundIn(data), context) }
            try walker.walk(unwrapInboundIn(data)) { opcode, payload in
                received(opcode, payload, at: now, context)
            }
        } catch {
            errorCaught(context: context, error: error)
        }
    }

    /// The server sends nothing behind its head before it has received `hello`.
    private func upgrade(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) throws {
        head.writeImmutableBuffer(bytes)
        guard head.withUnsafeReadableBytes(AnswerReader.endOfHead) != nil else { return }
        let text = String(buffer: head)
        guard text.hasPrefix("HTTP/1.1 101 ") else { throw Problem.notUpgraded(text) }
        isUpgraded = true
        context.writeAndFlush(wrapOutboundOut(.clientFrame(opcode: 0x1, payload: hello.utf8)), promise: nil)
    }

    private func received(
        _ opcode: UInt8,
        _ payload: UnsafeRawBufferPointer,
        at now: NIODeadline,
        _ context: ChannelHandlerContext
    ) {
        switch opcode {
        case 0x1 where !isWelcomed:
            let text = String(decoding: payload, as: UTF8.self)
            guard text.contains(#""welcome""#), text.contains(#""resumed":true"#) else {
                return errorCaught(context: context, error: Problem.notResumed(text))
            }
            isWelcomed = true
            closeIfComplete(at: now, context)
        case 0x1 where MessageMark.number(in: payload) != nil:
            messages += 1
            closeIfComplete(at: now, context)
        case 0x8:
            context.close(promise: nil)
        default: break
        }
    }

    private func closeIfComplete(at now: NIODeadline, _ context: ChannelHandlerContext) {
        guard messages == missed else { return }
        complete.succeed(now)
        context.writeAndFlush(wrapOutboundOut(Self.closeFrame), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        complete.fail(Problem.closed(afterMessages: messages))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        complete.fail(error)
        context.close(promise: nil)
    }
}
