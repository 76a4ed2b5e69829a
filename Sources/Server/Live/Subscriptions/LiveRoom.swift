import Chat
import NIOCore

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

    init(_ subscriber: any Subscriber) {
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

    init(_ id: Room.ID) {
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
    func subscribe(_ connection: ConnectedSubscriber) {
        guard !connection.isSubscribed(to: self) else { return }
        connection.subscriptions.append(.init(room: self, index: subscribers.count))
        subscribers.append(connection)
    }

    func unsubscribe(_ connection: ConnectedSubscriber) {
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
