import Chat
import NIOCore

/// The connected people, and the rooms that each of their connections is subscribed to.
final class SubscriptionTable {
    /// Somebody who is connected, or was until a moment ago.
    private final class Person {
        var connections: [ConnectedSubscriber] = []
        /// The rooms of the last connection while there is none: the others there have yet to learn that the person is
        /// offline.
        var lastRooms: [Room.ID] = []
    }

    private(set) var rooms: [Room.ID: LiveRoom] = [:]
    private(set) var connectionCount = 0
    private var people: [User.ID: Person] = [:]

    var isEmpty: Bool { people.isEmpty }

    // MARK: - Connections

    var connections: some Sequence<ConnectedSubscriber> { people.values.lazy.flatMap(\.connections) }

    func connections(of user: User.ID) -> [ConnectedSubscriber] {
        people[user]?.connections ?? []
    }

    func isConnected(_ user: User.ID) -> Bool {
        people[user]?.connections.isEmpty == false
    }

    func connection(of subscriber: any Subscriber) -> ConnectedSubscriber? {
        people[subscriber.userID]?.connections.first { $0.subscriber === subscriber }
    }

    func add(_ subscriber: any Subscriber) -> ConnectedSubscriber {
        let connection = ConnectedSubscriber(subscriber)
        let person = people[connection.userID] ?? Person()
        people[connection.userID] = person
        person.connections.append(connection)
        person.lastRooms = []
        connectionCount += 1
        return connection
    }

    /// Removes a connection with its subscriptions.
    ///
    /// - Returns: The rooms that have no subscribers any more.
    func remove(_ connection: ConnectedSubscriber) -> [LiveRoom] {
        guard let person = people[connection.userID],
            let index = person.connections.firstIndex(where: { $0 === connection })
        else { return [] }
        let rooms = connection.subscriptions.map(\.room)
        for room in rooms { unsubscribe(connection, from: room) }
        person.connections.remove(at: index)
        connectionCount -= 1
        if person.connections.isEmpty { person.lastRooms = rooms.map(\.id) }
        return rooms.filter(\.isEmpty)
    }

    // MARK: - People

    /// Whether the person is connected, or was until a moment ago.
    func contains(_ user: User.ID) -> Bool {
        people[user] != nil
    }

    /// Forgets somebody who is offline.
    func removePerson(_ user: User.ID) {
        people[user] = nil
    }

    /// Remembers a room that somebody has joined without being connected.
    func addLastRoom(_ room: Room.ID, of user: User.ID) {
        people[user]?.lastRooms.append(room)
    }

    func removeLastRoom(_ room: Room.ID, of user: User.ID) {
        people[user]?.lastRooms.removeAll { $0 == room }
    }

    /// The rooms with subscribers in which others learn about the person's presence.
    func rooms(of user: User.ID) -> [LiveRoom] {
        guard let person = people[user] else { return [] }
        let subscribed = person.connections.flatMap { $0.subscriptions.map(\.room.id) }
        return Set(subscribed.isEmpty ? person.lastRooms : subscribed).compactMap { rooms[$0] }
    }

    // MARK: - Subscriptions

    func subscribe(_ connection: ConnectedSubscriber, to id: Room.ID) {
        let room = rooms[id] ?? LiveRoom(id)
        rooms[id] = room
        room.subscribe(connection)
    }

    /// A room without subscribers is forgotten.
    func unsubscribe(_ connection: ConnectedSubscriber, from room: LiveRoom) {
        room.unsubscribe(connection)
        if room.isEmpty { rooms[room.id] = nil }
    }
}

/// A connected subscriber with the hub's state for it: its subscriptions and its part of the current flush.
final class ConnectedSubscriber {
    struct Subscription {
        let room: LiveRoom
        /// Index among the room's subscribers.
        fileprivate(set) var index: Int
    }

    let subscriber: any Subscriber
    let userID: User.ID
    fileprivate(set) var subscriptions: [Subscription] = []
    /// The first of the rooms' flushes that the subscriber receives together; nil between flushes. Most subscribers
    /// receive from one room only and do not need the array.
    private var firstFlush: LiveRoom.Flush?
    private var otherFlushes: [LiveRoom.Flush] = []

    fileprivate init(_ subscriber: any Subscriber) {
        self.subscriber = subscriber
        userID = subscriber.userID
    }

    var isOpen: Bool { subscriber.isOpen }

    func isSubscribed(to room: LiveRoom) -> Bool {
        subscriptions.contains { $0.room === room }
    }

    func add(_ flush: LiveRoom.Flush) {
        if firstFlush == nil { firstFlush = flush } else { otherFlushes.append(flush) }
    }

    /// Delivers what was added. A subscriber of one room receives the bytes that it shares with all of that room; a
    /// subscriber of several receives their events in one order.
    func deliverFlushes() {
        guard let first = firstFlush else { return }
        let others = otherFlushes
        firstFlush = nil
        otherFlushes = []
        subscriber.deliver(others.isEmpty ? first.batch : LiveRoom.Flush(merging: [first] + others).batch)
    }
}

/// A room that somebody is subscribed to.
final class LiveRoom {
    /// Events of the room that are delivered together.
    final class Flush {
        let events: [LiveEvent]
        let batch: EncodedBatch

        init(_ events: [LiveEvent]) {
            self.events = events
            batch = EncodedBatch(events.map(\.encoded))
        }

        /// The events of several rooms in the order in which they happened.
        convenience init(merging flushes: [Flush]) {
            self.init(flushes.flatMap(\.events).sorted { $0.position < $1.position })
        }
    }

    let id: Room.ID
    private(set) var subscribers: [ConnectedSubscriber] = []
    /// Events that the next flush delivers.
    private var pending: [LiveEvent] = []
    /// Members who have yet to answer a stranger: their presence and receipts are hidden from the others.
    var pendingMembers: Set<User.ID> = []
    /// Number of the newest event that has been delivered to the subscribers; 0 before the first.
    private(set) var sentSeq: Int64 = 0
    /// When the next report on what has been delivered may be made.
    var deliveryReportDue = NIODeadline.uptimeNanoseconds(0)
    /// When the typing of each member was last announced.
    private var typing: [User.ID: NIODeadline] = [:]

    fileprivate init(_ id: Room.ID) {
        self.id = id
    }

    var isEmpty: Bool { subscribers.isEmpty }
    var hasPending: Bool { !pending.isEmpty }

    func append(_ event: LiveEvent) {
        pending.append(event)
    }

    func takeFlush() -> Flush {
        let events = pending
        pending = []
        sentSeq = events.last?.seq ?? sentSeq
        return Flush(events)
    }

    /// Whether to announce that somebody is typing: not more than once within `interval`.
    func mayAnnounceTyping(of user: User.ID, at now: NIODeadline, interval: TimeAmount) -> Bool {
        if let last = typing[user], now < last + interval { return false }
        typing = typing.filter { now < $0.value + interval }
        typing[user] = now
        return true
    }

    /// Everything that is flushed from now on is delivered to the connection.
    fileprivate func subscribe(_ connection: ConnectedSubscriber) {
        guard !connection.isSubscribed(to: self) else { return }
        connection.subscriptions.append(.init(room: self, index: subscribers.count))
        subscribers.append(connection)
    }

    fileprivate func unsubscribe(_ connection: ConnectedSubscriber) {
        guard let own = connection.subscriptions.firstIndex(where: { $0.room === self }) else { return }
        let index = connection.subscriptions[own].index
        connection.subscriptions.remove(at: own)
        // The last subscriber moves into the gap, so that leaving a large room costs no more than leaving a small one.
        let last = subscribers.removeLast()
        guard last !== connection else { return }
        subscribers[index] = last
        if let moved = last.subscriptions.firstIndex(where: { $0.room === self }) {
            last.subscriptions[moved].index = index
        }
    }
}
