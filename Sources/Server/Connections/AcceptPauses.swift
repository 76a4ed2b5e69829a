import Glibc
import HummingbirdCore
import Kernel
import Logging
import NIOCore
import Synchronization

/// Counts how often accepting connections was paused, and logs a warning at most once a minute.
final class AcceptPauses: Sendable {
    private let count = Atomic(0)
    private let throttle = WarningThrottle()
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    var total: Int { count.load(ordering: .relaxed) }

    func add(_ reason: String) {
        count.add(1, ordering: .relaxed)
        guard throttle.mayWarn() else { return }
        logger.warning(
            "New connections are waiting: raise LimitNOFILE and SNUG_MAX_CONNECTIONS, or find out who opens so many",
            metadata: ["reason": "\(reason)", "pauses": "\(total)"]
        )
    }
}

/// Limits the connections to the available file descriptors, and reserves some for files.
struct ConnectionLimit: AvailableConnectionsDelegate {
    let limit: Int
    let pauses: AcceptPauses
    private var count = 0

    init(_ limit: Int, pauses: AcceptPauses) {
        self.limit = limit
        self.pauses = pauses
    }

    mutating func connectionOpened() { count += 1 }
    mutating func connectionClosed() { count -= 1 }

    func isAcceptingNewConnections() -> Bool {
        guard count >= limit else { return true }
        pauses.add("\(count) connections are open")
        return false
    }

    /// `wanted`, or as many as the limit of open files allows if that is less.
    static func withinFileLimit(_ wanted: Int) -> Int {
        guard let limit = OpenFiles.limit else { return wanted }
        return min(wanted, ConnectionCapacity.connections(withinOpenFiles: limit))
    }
}

/// Pauses accepting while the system has no file descriptors or memory left.
///
/// NIO would otherwise retry endlessly, because the waiting connection keeps the listening socket readable. This is the
/// first handler of the server's channel: it receives such errors of accept(2), and the channel stays open.
final class AcceptBackOff: ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel

    private static let shortest = TimeAmount.milliseconds(100)
    private static let longest = TimeAmount.seconds(1)

    private let pauses: AcceptPauses
    private var pause = AcceptBackOff.shortest

    init(_ pauses: AcceptPauses) {
        self.pauses = pauses
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pause = Self.shortest
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) else {
            return context.fireErrorCaught(error)
        }
        pauses.add("\(error)")
        setAccepting(false, context)
        context.eventLoop.assumeIsolated().scheduleTask(in: pause) { self.setAccepting(true, context) }
        pause = min(pause * 2, Self.longest)
    }

    private func setAccepting(_ isAccepting: Bool, _ context: ChannelHandlerContext) {
        // Fails only on a closed channel.
        try? context.channel.syncOptions?.setOption(.autoRead, value: isAccepting)
    }
}
