import Chat
import NIOCore

/// Who hears one room.
final class LiveRoom {
    struct Seat {
        let room: LiveRoom
        var index: Int
    }

    /// Events of the room that go out together.
    final class Flush {
        let events: [LiveEvent]
        let batch: LiveBatch

        init(_ events: [LiveEvent]) {
            self.events = events
            batch = LiveBatch(events.map(\.text))
        }

        /// The events of several rooms in the order in which they happened.
        convenience init(merging flushes: [Flush]) {
            self.init(flushes.flatMap(\.events).sorted { $0.position < $1.position })
        }
    }

    let id: Room.ID
    private(set) var audience: [any LiveConnection] = []
    /// Events that the next flush sends.
    private var pending: [LiveEvent] = []
    /// Members of whom nobody else may know if they are there, or how far they have come.
    var pendingMembers: Set<User.ID> = []
    /// Newest event that has been sent to the audience; 0 before the first.
    private(set) var sentSeq: Int64 = 0
    /// When it may next be written down up to where its events have been delivered.
    var reportDue = NIODeadline.uptimeNanoseconds(0)
    /// When each member's typing was last told.
    private var typing: [User.ID: NIODeadline] = [:]

    init(_ id: Room.ID) {
        self.id = id
    }

    var isEmpty: Bool { audience.isEmpty }
    var hasPending: Bool { !pending.isEmpty }

    func append(_ event: LiveEvent) {
        pending.append(event)
    }

    func takePending() -> [LiveEvent] {
        let events = pending
        pending = []
        sentSeq = events.last?.seq ?? sentSeq
        return events
    }

    /// Whether to tell that somebody is typing: not again within `interval`.
    func mayTell(typing user: User.ID, at now: NIODeadline, interval: TimeAmount) -> Bool {
        if let last = typing[user], now < last + interval { return false }
        typing = typing.filter { now < $0.value + interval }
        typing[user] = now
        return true
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
