import NIOCore
import Synchronization

/// Which messages were sent, and how many sockets have received each.
final class DeliveryLedger: Sendable {
    enum Incident: Hashable {
        case duplicated, outOfOrder, socketClosed
    }

    private struct Entry {
        var sent: NIODeadline
        var awaited: Int
    }

    private struct State {
        var entries: [Entry?]
        var deliveries = 0
        var latencies: [Double] = []
        var incidents: [Incident: Int] = [:]
    }

    private let rooms: Int
    private let members: Int
    private let state: Mutex<State>

    /// - Parameters:
    ///   - messages: How many messages the run sends; they are numbered from 0, and go to the rooms in turn.
    ///   - members: Sockets that each message has to reach.
    init(messages: Int, rooms: Int, members: Int) {
        self.rooms = rooms
        self.members = members
        state = Mutex(State(entries: Array(repeating: nil, count: messages)))
    }

    /// The number of the message among those of its room.
    func slot(of number: Int) -> Int {
        number / rooms
    }

    func willSend(_ number: Int, at time: NIODeadline) {
        state.withLock { $0.entries[number] = Entry(sent: time, awaited: members) }
    }

    /// The message was refused, so no delivery of it is awaited.
    func withdraw(_ number: Int) {
        state.withLock { $0.entries[number] = nil }
    }

    func arrived(_ number: Int, at time: NIODeadline) {
        state.withLock { state in
            guard number < state.entries.count, var entry = state.entries[number] else { return }
            entry.awaited -= 1
            state.deliveries += 1
            state.entries[number] = entry
            if entry.awaited == 0 { state.latencies.append(entry.sent.milliseconds(until: time)) }
        }
    }

    func note(_ incident: Incident) {
        state.withLock { $0.incidents[incident, default: 0] += 1 }
    }

    var outcome: DeliveryOutcome {
        state.withLock { state in
            DeliveryOutcome(
                latencies: Percentiles(state.latencies),
                deliveries: state.deliveries,
                lost: state.entries.reduce(0) { $0 + ($1?.awaited ?? 0) },
                duplicated: state.incidents[.duplicated, default: 0],
                outOfOrder: state.incidents[.outOfOrder, default: 0],
                socketsClosed: state.incidents[.socketClosed, default: 0]
            )
        }
    }
}

struct DeliveryOutcome: Sendable {
    /// Milliseconds from sending to the last member's socket.
    let latencies: Percentiles
    let deliveries: Int
    let lost: Int
    let duplicated: Int
    let outOfOrder: Int
    let socketsClosed: Int

    /// - Parameters:
    ///   - part: Goes before the figures' names.
    ///   - p95: The aim, which is stricter than what must hold; likewise `p99`.
    func figures(_ part: String = "", p95: Bound? = nil, p99: Bound? = nil) -> [Figure] {
        let name = part + "live delivery, send to last member's socket"
        return [
            Figure("\(name): p50", latencies.median, "ms"),
            Figure("\(name): p95", latencies.rank(95), "ms", must: .below(50), aim: p95),
            Figure("\(name): p99", latencies.rank(99), "ms", aim: p99),
            Figure(part + "live deliveries", Double(deliveries), ""),
            Figure(part + "live deliveries lost", Double(lost), "", must: .exactly(0)),
            Figure(part + "live deliveries that came twice", Double(duplicated), "", must: .exactly(0)),
            Figure(part + "live deliveries out of order", Double(outOfOrder), "", must: .exactly(0)),
        ]
    }
}

extension NIODeadline {
    func milliseconds(until later: NIODeadline) -> Double {
        Double((later - self).nanoseconds) / 1e6
    }
}
