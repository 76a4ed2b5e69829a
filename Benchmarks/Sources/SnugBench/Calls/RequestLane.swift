import NIOCore
import NIOPosix

/// A kept-alive connection that asks again as soon as it is answered, until it is told to stop.
///
/// Works on bytes: NIO's HTTP handlers would cost the load's core as much as a page costs the server's.
final class RequestLane: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let log: CallLog
    private let expected: Int
    private let nextRequest: @Sendable () -> ByteBuffer
    private var reader = AnswerReader()
    private var asked = NIODeadline.now()

    /// - Parameters:
    ///   - expected: The status that counts as success.
    ///   - nextRequest: The bytes of the next request.
    init(log: CallLog, expected: Int, nextRequest: @escaping @Sendable () -> ByteBuffer) {
        (self.log, self.expected, self.nextRequest) = (log, expected, nextRequest)
    }

    static func open(
        port: Int,
        loop: any EventLoop,
        makeLane: @escaping @Sendable () -> RequestLane
    ) async throws -> any Channel {
        try await ClientBootstrap(group: loop)
            .connectTimeout(.seconds(10))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(makeLane()) }
            }
            .connect(host: "127.0.0.1", port: port)
            .get()
    }

    func channelActive(context: ChannelHandlerContext) {
        ask(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            guard let status = try reader.accept(unwrapInboundIn(data)) else { return }
            if status == expected {
                log.succeeded(milliseconds: asked.milliseconds(until: .now()))
            } else {
                log.failed("status \(status)")
            }
            ask(context)
        } catch {
            errorCaught(context: context, error: error)
        }
    }

    private func ask(_ context: ChannelHandlerContext) {
        asked = .now()
        context.writeAndFlush(wrapOutboundOut(nextRequest()), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        log.failed("the server closed the connection")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        log.failed("\(error)")
        context.close(promise: nil)
    }
}
