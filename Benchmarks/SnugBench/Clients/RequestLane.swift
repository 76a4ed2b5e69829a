import NIOCore
import NIOPosix
import SnugClient

/// A kept-alive connection that sends the next request as soon as the previous one is answered, until it is closed.
///
/// It works on bytes instead of using `HTTPConnection`: NIO's HTTP handlers would use as much of the generator's core as a
/// page uses of the server's.
final class RequestLane: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let log: CallLog
    private let expected: Int
    private let nextRequest: @Sendable () -> ByteBuffer
    private var reader = AnswerReader()
    private var sent = NIODeadline.now()

    /// - Parameters:
    ///   - expected: The status that counts as success.
    ///   - nextRequest: The bytes of the next request.
    init(log: CallLog, expected: Int, nextRequest: @escaping @Sendable () -> ByteBuffer) {
        (self.log, self.expected, self.nextRequest) = (log, expected, nextRequest)
    }

    static func open(
        _ site: Site,
        loop: any EventLoop,
        makeLane: @escaping @Sendable () -> RequestLane
    ) async throws -> any Channel {
        try await ClientBootstrap(group: loop)
            .connectTimeout(.seconds(10))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(makeLane()) }
            }
            .connect(host: site.host, port: site.port)
            .get()
    }

    func channelActive(context: ChannelHandlerContext) {
        send(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            guard let status = try reader.accept(unwrapInboundIn(data)) else { return }
            if status == expected {
                log.succeeded(milliseconds: sent.milliseconds(until: .now()))
            } else {
                log.failed("status \(status)")
            }
            send(context)
        } catch {
            errorCaught(context: context, error: error)
        }
    }

    private func send(_ context: ChannelHandlerContext) {
        sent = .now()
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
