import Chat
import NIOCore

/// A client that hears events as they happen. Transports implement it; it is used on the hub's event loop alone.
protocol LiveConnection: AnyObject {
    var userID: User.ID { get }
    var sessionID: Session.ID { get }
    /// False once it has been closed from either side.
    var isOpen: Bool { get }
    /// Where it sits in the rooms that it hears; kept by the hub.
    var seats: [LiveRoom.Seat] { get set }

    /// What one flush has for it; empty between flushes. Kept by the hub.
    var dueBatches: [LiveBatch] { get set }

    /// Says what the connection starts from. Comes before the first event.
    func welcome(_ start: LiveStart, resumed: Bool)
    func deliver(_ batch: LiveBatch)
    /// Asks the client whether it is still there, and closes the connection when it has not answered for long.
    func tick(_ now: NIODeadline)
    func close(_ reason: LiveClosure)
}

/// Why the server ends a live connection.
enum LiveClosure: Equatable {
    case malformed
    case unauthenticated
    case helloTooLate
    case tooMany
    case restarting
    case tooSlow
    /// The client answers nothing.
    case silent
    /// The server could not do what it must; trying again later may help.
    case failed
}

/// Who hears one room.
final class LiveRoom {
    struct Seat {
        let room: LiveRoom
        var index: Int
    }

    let id: Room.ID
    private(set) var audience: [any LiveConnection] = []
    /// Events that the next flush sends.
    private var pending: [LiveEvent] = []

    init(_ id: Room.ID) {
        self.id = id
    }

    var isEmpty: Bool { audience.isEmpty }
    var hasPending: Bool { !pending.isEmpty }

    func append(_ event: LiveEvent) {
        pending.append(event)
    }

    func takeBatch() -> LiveBatch {
        let batch = LiveBatch(pending)
        pending = []
        return batch
    }

    /// Whoever is seated hears everything that is flushed from now on.
    func seat(_ connection: any LiveConnection) {
        guard !connection.seats.contains(where: { $0.room === self }) else { return }
        connection.seats.append(Seat(room: self, index: audience.count))
        audience.append(connection)
    }

    func unseat(_ connection: any LiveConnection) {
        guard let place = connection.seats.firstIndex(where: { $0.room === self }) else { return }
        let index = connection.seats[place].index
        connection.seats.remove(at: place)
        // The last one moves into the gap, so that leaving costs the same in a large room.
        let last = audience.removeLast()
        guard last !== connection else { return }
        audience[index] = last
        if let moved = last.seats.firstIndex(where: { $0.room === self }) { last.seats[moved].index = index }
    }
}
