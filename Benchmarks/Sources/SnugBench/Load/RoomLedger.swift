import NIOCore
import Synchronization

/// Counts what is said in rooms and what arrives of it, at hundreds of thousands of deliveries a second.
final class RoomLedger: Sendable {
    private struct State {
        var said = 0
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

    /// Forgets everything; sockets keep their place in their rooms.
    func restart(expecting deliveries: Int) {
        state.withLock {
            $0 = State()
            $0.latencies.reserveCapacity(deliveries)
        }
    }

    func said(to listeners: Int) {
        state.withLock {
            $0.said += 1
            $0.awaited += listeners
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

    /// Something else arrived: a receipt, presence.
    func signalled() {
        state.withLock { $0.signals += 1 }
    }

    func closed(_ code: Int?) {
        state.withLock {
            $0.socketsClosed += 1
            if $0.firstCloseCode == nil { $0.firstCloseCode = code }
        }
    }

    /// Whether everything has arrived that was said.
    var isSettled: Bool {
        state.withLock { $0.latencies.count >= $0.awaited && $0.acknowledged + $0.refused >= $0.said }
    }

    var outcome: Outcome {
        state.withLock { state in
            Outcome(
                latencies: Percentiles(state.latencies),
                lost: state.awaited - state.latencies.count,
                disordered: state.disordered,
                unanswered: state.said - state.acknowledged,
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
        /// Deliveries that did not come.
        let lost: Int
        /// Deliveries that came twice or behind a later one.
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
