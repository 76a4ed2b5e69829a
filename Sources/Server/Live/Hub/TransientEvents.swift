import Chat
import NIOCore
import Vocabulary

/// Sends transient events to those who may see them: typing, receipts, presence and profiles. It lives on the hub's
/// event loop.
final class TransientEvents {
    private let table: SubscriptionTable
    private let loop: any EventLoop
    private let presence: Presence
    private let encoding: JSONEncoding
    private let limits: Hub.Limits
    /// Receipts that the next tick announces.
    private(set) var receipts: [Room.ID: [User.ID: Receipt]] = [:]
    private(set) var blocks = BlockTable()
    let blockChanges = BlockChanges()
    /// People who have joined rooms since the last tick.
    private var joins: [(user: User.ID, room: Room.ID)] = []

    init(
        table: SubscriptionTable,
        loop: any EventLoop,
        presence: Presence,
        encoding: JSONEncoding,
        limits: Hub.Limits
    ) {
        self.table = table
        self.loop = loop
        self.presence = presence
        self.encoding = encoding
        self.limits = limits
    }

    // MARK: - At once

    /// Announces to the other members of a room that somebody is typing.
    func typing(_ user: User.ID, in id: Room.ID) {
        guard let room = table.rooms[id], !room.pendingMembers.contains(user),
            room.mayAnnounceTyping(of: user, at: loop.now, interval: limits.typingInterval)
        else { return }
        send(.typing(user, in: id), of: user, toOthersIn: room)
    }

    /// Sends a person's new name or avatar to every connection in these rooms, and to their own, once each. It is not
    /// in the log, but unlike other transient events it is never dropped: nothing else would correct what a client
    /// shows.
    func announce(_ user: User, in ids: [Room.ID]) {
        let batch = batch([.profile(user)])
        let own = table.connections(of: user.id)
        // A stranger whom they have yet to answer would learn that they are there.
        let visible = ids.compactMap { table.rooms[$0] }.filter { !$0.pendingMembers.contains(user.id) }
        var seen: Set<ObjectIdentifier> = []
        for connection in own + visible.flatMap(\.subscribers)
        where seen.insert(ObjectIdentifier(connection)).inserted && connection.isOpen {
            connection.subscriber.deliver(batch)
        }
    }

    /// Sends an event to every connection of one person.
    func notify(_ user: User.ID, _ event: TransientEvent) {
        let batch = batch([event])
        for connection in table.connections(of: user) { connection.subscriber.deliverTransient(batch) }
    }

    private func send(_ event: TransientEvent, of user: User.ID, toOthersIn room: LiveRoom) {
        let batch = batch([event])
        for connection in room.subscribers
        where connection.userID != user && maySee(connection.userID, user, in: room) {
            connection.subscriber.deliverTransient(batch)
        }
    }

    private func batch(_ events: [TransientEvent]) -> EncodedBatch {
        EncodedBatch(events.map { EncodedEvent($0, encoding: encoding) })
    }

    // MARK: - Visibility

    /// Whether the viewer may see the member's transient events in the room.
    private func maySee(_ viewer: User.ID, _ member: User.ID, in room: LiveRoom) -> Bool {
        viewer == member || !room.pendingMembers.contains(member) && !blocks.contains(member, viewer)
    }

    /// Whether everybody in the room may see the member's transient events.
    private func isVisibleToAll(_ member: User.ID, in room: LiveRoom) -> Bool {
        !room.pendingMembers.contains(member) && blocks[member].isEmpty
    }

    /// Starts or ends the exchange of transient events between two people.
    func setBlock(between first: User.ID, and second: User.ID, _ isBlocked: Bool) {
        loop.preconditionInEventLoop()
        blockChanges.increment()
        guard isBlocked else { return blocks.remove(first, second) }
        guard table.contains(first) || table.contains(second) else { return }
        blocks.insert(first, with: [second])
        // To each other they appear to have gone offline.
        notify(first, .presence(second, .offline, lastSeen: nil))
        notify(second, .presence(first, .offline, lastSeen: nil))
    }

    /// Adds the blocks of somebody who connects.
    func addBlocks(of user: User.ID, _ others: Set<User.ID>) {
        blocks.insert(user, with: others)
    }

    // MARK: - Receipts

    /// Takes receipts that have moved; the next tick announces the newest of each member. They come from several tasks,
    /// so that an older one may follow a newer one.
    func receive(_ moved: [Receipt]) {
        for receipt in moved where mayWait(receipt) {
            let waiting = receipts[receipt.roomID]?[receipt.userID]
            receipts[receipt.roomID, default: [:]][receipt.userID] = waiting.map(receipt.merged) ?? receipt
        }
    }

    /// Receipts of a room without subscribers are kept too: somebody whose snapshot was read before may be about to
    /// connect.
    private func mayWait(_ receipt: Receipt) -> Bool {
        table.rooms[receipt.roomID] != nil || receipts[receipt.roomID] != nil
            || receipts.count < limits.receiptRoomsWithoutSubscribers
    }

    func announceReceipts() {
        let due = receipts
        receipts = [:]
        for (id, moved) in due {
            guard let room = table.rooms[id] else { continue }
            let isForAll = moved.keys.allSatisfy { isVisibleToAll($0, in: room) }
            let shared = isForAll ? batch(moved.values.map(TransientEvent.receipt)) : nil
            for connection in room.subscribers {
                if let shared {
                    connection.subscriber.deliverTransient(shared)
                } else {
                    announce(moved.values, to: connection, in: room)
                }
            }
        }
    }

    private func announce(_ moved: some Sequence<Receipt>, to connection: ConnectedSubscriber, in room: LiveRoom) {
        let visible = moved.filter { maySee(connection.userID, $0.userID, in: room) }
        guard !visible.isEmpty else { return }
        connection.subscriber.deliverTransient(batch(visible.map(TransientEvent.receipt)))
    }

    // MARK: - Joins

    /// The next tick announces the presence of somebody who has joined, because the event of joining does not carry it.
    func memberJoined(_ user: User.ID, _ room: LiveRoom) {
        guard table.isConnected(user), joins.count < limits.joinsPerTick else { return }
        joins.append((user, room.id))
    }

    /// Drops the receipt of a membership that has ended; a later one begins without it.
    func memberLeft(_ user: User.ID, _ room: LiveRoom) {
        receipts[room.id]?[user] = nil
    }

    func announceJoins() {
        let due = joins
        joins = []
        for (user, id) in due {
            let (status, lastSeen) = presence.current(of: user)
            guard status != .offline, let room = table.rooms[id], !room.pendingMembers.contains(user) else { continue }
            send(.presence(user, status, lastSeen: lastSeen), of: user, toOthersIn: room)
        }
    }

    // MARK: - Presence

    /// Sends each connection all changes that are due for it at once: with a system call per person the loop would be
    /// busy for most of a second when many people connect together.
    ///
    /// - Returns: People who are offline now, and when they were last active.
    func announcePresence(_ now: NIODeadline) -> [(user: User.ID, at: Timestamp)] {
        var departed: [(user: User.ID, at: Timestamp)] = []
        var due: [ObjectIdentifier: (receiver: any Subscriber, events: [EncodedEvent])] = [:]
        for change in takePresenceChanges(now) {
            let lastSeen = Timestamp(of: change.lastActive, now: now)
            if change.status == .offline { departed.append((change.user, lastSeen)) }
            guard table.contains(change.user) else { continue }
            defer { if change.status == .offline { forget(change.user) } }
            guard change.needsAnnouncing else { continue }
            let event = EncodedEvent(.presence(change.user, change.status, lastSeen: lastSeen), encoding: encoding)
            for receiver in presenceReceivers(of: change.user) {
                due[ObjectIdentifier(receiver), default: (receiver.subscriber, [])].events.append(event)
            }
        }
        for (receiver, events) in due.values { receiver.deliverTransient(EncodedBatch(events)) }
        return departed
    }

    /// Takes the changes that this tick announces: room by room, so that each connection is written to once for many of
    /// them, and in random order, so that no room waits forever.
    private func takePresenceChanges(_ now: NIODeadline) -> [PresenceBoard.StatusChange] {
        let changes = presence.changes(at: now)
        let visible = changes.filter(\.needsAnnouncing).map { (change: $0, rooms: table.rooms(of: $0.user)) }
        let groups = Dictionary(grouping: visible) { $0.rooms.map(\.id).min() }
        var left = limits.presencePerTick
        let due = groups.values.shuffled().joined().prefix { _, rooms in
            guard left > 0 else { return false }
            left -= rooms.reduce(1) { $0 + $1.subscribers.count }
            return true
        }
        let taken = changes.filter { !$0.needsAnnouncing } + due.map(\.change)
        presence.announced(taken)
        return taken
    }

    /// Everybody who shares a room with the person and may see their presence, each connection once.
    private func presenceReceivers(of user: User.ID) -> [ConnectedSubscriber] {
        let shared = table.rooms(of: user).filter { !$0.pendingMembers.contains(user) }
        let blocked = blocks[user]
        let receivers = shared.flatMap(\.subscribers).filter { $0.userID != user && !blocked.contains($0.userID) }
        guard shared.count > 1 else { return receivers }
        var seen: Set<ObjectIdentifier> = []
        return receivers.filter { seen.insert(ObjectIdentifier($0)).inserted }
    }

    /// Forgets somebody who is offline, with their blocks: those are read again with the next connection of either
    /// side.
    private func forget(_ user: User.ID) {
        table.removePerson(user)
        for other in blocks[user] where !table.contains(other) { blocks.remove(user, other) }
    }
}
