import Glibc
import Logging
import NIOCore
import Synchronization

/// Counts connections that could not be accepted.
final class AcceptFailures: Sendable {
    private let count = Atomic(0)

    var total: Int { count.load(ordering: .relaxed) }

    func add() {
        count.add(1, ordering: .relaxed)
    }
}

/// Pauses accepting while the system has no file descriptor or memory for one more connection.
///
/// The waiting connection keeps the listening socket readable, so NIO would try again at once, for ever. This is the
/// first handler of the server's channel, where such errors of accept(2) arrive and the channel stays open.
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel

    private static let shortest = TimeAmount.milliseconds(100)
    private static let longest = TimeAmount.seconds(1)

    private let failures: AcceptFailures
    private let logger: Logger
    private let warnings = WarningPace()
    private var pause = AcceptPause.shortest

    init(failures: AcceptFailures, logger: Logger) {
        self.failures = failures
        self.logger = logger
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pause = Self.shortest
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) else {
            return context.fireErrorCaught(error)
        }
        failures.add()
        warn(error)
        setAccepting(false, context)
        context.eventLoop.assumeIsolated().scheduleTask(in: pause) { self.setAccepting(true, context) }
        pause = min(pause * 2, Self.longest)
    }

    private func setAccepting(_ isAccepting: Bool, _ context: ChannelHandlerContext) {
        // Fails only on a channel that has been closed.
        try? context.channel.syncOptions?.setOption(.autoRead, value: isAccepting)
    }

    private func warn(_ error: IOError) {
        guard warnings.mayWarn() else { return }
        logger.warning(
            "Connections wait because the system refuses more files: raise LimitNOFILE or lower SNUG_MAX_CONNECTIONS",
            metadata: ["error": "\(error)", "failures": "\(failures.total)"]
        )
    }
}
