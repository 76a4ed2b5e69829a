import NIOCore
import Synchronization

/// Counts messages and their deliveries, at hundreds of thousands of deliveries per second.
final class RoomLedger: Sendable {
    private struct State {
        var sent = 0
        var awaited = 0
        var acknowledged = 0
        var refused = 0
        var firstRefusal: String?
        var disordered = 0
        var socketsClosed = 0
        var firstCloseCode: Int?
        var signals = 0
        var latencies: [Double] = []
        var lastArrival = NIODeadline.now()
    }

    private let state = Mutex(State())

    /// Begins at zero; sockets keep the last sequence number that they received.
    func restart(expecting deliveries: Int) {
        state.withLock {
            $0 = State()
            $0.latencies.reserveCapacity(deliveries)
        }
    }

    /// - Parameter sockets: How many sockets must receive the message.
    func sent(to sockets: Int) {
        state.withLock {
            $0.sent += 1
            $0.awaited += sockets
        }
    }

    func arrived(sent: NIODeadline, at now: NIODeadline, isInOrder: Bool) {
        state.withLock {
            $0.latencies.append(sent.milliseconds(until: now))
            $0.lastArrival = now
            if !isInOrder { $0.disordered += 1 }
        }
    }

    func acknowledged() {
        state.withLock { $0.acknowledged += 1 }
    }

    func refused(_ problem: String) {
        state.withLock {
            $0.refused += 1
            if $0.firstRefusal == nil { $0.firstRefusal = problem }
        }
    }

    /// An event arrived that is neither a message nor an answer: a receipt, presence.
    func receivedSignal() {
        state.withLock { $0.signals += 1 }
    }

    func closed(_ code: Int?) {
        state.withLock {
            $0.socketsClosed += 1
            if $0.firstCloseCode == nil { $0.firstCloseCode = code }
        }
    }

    /// Whether all messages have been answered and delivered.
    var isComplete: Bool {
        state.withLock { $0.latencies.count >= $0.awaited && $0.acknowledged + $0.refused >= $0.sent }
    }

    var outcome: Outcome {
        state.withLock { state in
            Outcome(
                latencies: Percentiles(state.latencies),
                lost: state.awaited - state.latencies.count,
                disordered: state.disordered,
                unanswered: state.sent - state.acknowledged,
                firstRefusal: state.firstRefusal,
                socketsClosed: state.socketsClosed,
                firstCloseCode: state.firstCloseCode,
                signals: state.signals,
                lastArrival: state.lastArrival
            )
        }
    }

    struct Outcome: Sendable {
        /// Milliseconds from the sender to each member's socket.
        let latencies: Percentiles
        /// Deliveries that did not arrive.
        let lost: Int
        /// Deliveries that arrived twice or after a later one.
        let disordered: Int
        /// Messages without an acknowledgement.
        let unanswered: Int
        let firstRefusal: String?
        let socketsClosed: Int
        let firstCloseCode: Int?
        let signals: Int
        let lastArrival: NIODeadline

        var deliveries: Int { latencies.count }
        var faults: Int { abs(lost) + disordered }
        var isWhole: Bool { lost == 0 && disordered == 0 && unanswered == 0 && socketsClosed == 0 }
    }
}
