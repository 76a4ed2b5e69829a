import Chat
import NIOCore
import Vocabulary

/// The result of a tick of the hub.
struct TickResult: Sendable {
    /// Deliveries since the last tick.
    var deliveries: [RoomDelivery] = []
    /// People who are offline now, and when they were last active.
    var departed: [(user: User.ID, at: Timestamp)] = []
}

/// Delivers every event to the connections that are subscribed to its room.
///
/// It lives on one event loop together with the connections: no locks, no tasks, no copy of an event per connection.
/// Other threads reach it through `LiveHub`.
final class Hub {
    let loop: any EventLoop
    let transientEvents: TransientEvents
    let table = SubscriptionTable()
    private let presence: Presence
    private let limits: Limits
    private let metrics: LiveMetrics
    private var recent: RecentEvents
    /// Position of the newest event that has been published here.
    private(set) var position: Int64
    private(set) var deliveryReports: DeliveryReports
    /// Rooms with events that have not been flushed.
    private var dirty: [LiveRoom] = []
    private var isFlushScheduled = false
    private var lastFlush = NIODeadline.uptimeNanoseconds(0)
    /// Connections whose snapshot is ahead of the events published so far.
    private var pendingConnections: [(position: Int64, connect: () -> Void)] = []
    private var isStopping = false

    private var isFull: Bool { table.connectionCount + pendingConnections.count >= limits.connections }

    /// - Parameter position: The newest position in the log at the start.
    init(
        loop: any EventLoop,
        position: Int64,
        presence: Presence,
        encoding: JSONEncoding,
        limits: Limits,
        metrics: LiveMetrics = LiveMetrics()
    ) {
        self.loop = loop
        self.position = position
        self.limits = limits
        self.metrics = metrics
        self.presence = presence
        recent = RecentEvents(maxCount: limits.recentEvents, maxBytes: limits.recentBytes)
        deliveryReports = DeliveryReports(limits)
        transientEvents = TransientEvents(
            table: table,
            loop: loop,
            presence: presence,
            encoding: encoding,
            limits: limits
        )
    }

    // MARK: - Connections

    /// Connects a subscriber at the position of the snapshot: it receives every event behind it, and none before.
    ///
    /// When the snapshot reflects a commit that has yet to be published here, the connection waits for it.
    func connect(
        _ subscriber: any Subscriber,
        from snapshot: ConnectionSnapshot,
        then answer: @escaping (ConnectResult) -> Void
    ) {
        loop.preconditionInEventLoop()
        guard !isStopping else { return answer(.gone) }
        guard snapshot.position <= position else {
            guard !isFull else { return answer(.tooMany) }
            let connect = { self.connect(subscriber, from: snapshot, then: answer) }
            return pendingConnections.append((snapshot.position, connect))
        }
        answer(connectNow(subscriber, from: snapshot))
    }

    private func connectNow(_ subscriber: any Subscriber, from snapshot: ConnectionSnapshot) -> ConnectResult {
        guard subscriber.isOpen else { return .gone }
        let user = snapshot.welcome.user.id
        // Closing the replaced connections below makes room for this one.
        let replaced = Self.replaced(
            among: table.connections(of: user).map(\.subscriber),
            limit: limits.connectionsPerUser
        )
        guard !isFull || !replaced.isEmpty else { return .tooMany }
        let missed = recent.events(after: snapshot.position)
        guard snapshot.blockChanges == transientEvents.blockChanges.count else { return .stale }
        guard snapshot.position == position || missed.first?.position == snapshot.position + 1 else { return .stale }
        for old in replaced { old.close(.replaced) }
        let connection = table.add(subscriber)
        presence.connected(user, at: loop.now)
        subscriber.welcome(snapshot.welcome)
        if !snapshot.missed.isEmpty { subscriber.deliver(EncodedBatch(snapshot.missed)) }
        transientEvents.addBlocks(of: user, snapshot.blocked)
        // The client may be too slow even for this, and a closed connection must not be subscribed again.
        for id in snapshot.rooms where connection.isOpen {
            let isNew = table.rooms[id] == nil
            subscribe(connection, to: id)
            if isNew { table.rooms[id]?.pendingMembers = snapshot.pending[id] ?? [] }
        }
        for event in missed where connection.isOpen { replay(event, to: connection) }
        return .connected
    }

    /// The connections that a person's new one replaces: those that have been silent the longest, because a phone that
    /// has left its network leaves behind connections that nobody uses any more.
    static func replaced(among connections: [any Subscriber], limit: Int) -> [any Subscriber] {
        let surplus = connections.count - limit + 1
        guard surplus > 0 else { return [] }
        return Array(connections.sorted { $0.lastActivity < $1.lastActivity }.prefix(surplus))
    }

    /// Removes a subscriber; removing it again does nothing.
    func remove(_ subscriber: any Subscriber) {
        loop.preconditionInEventLoop()
        guard let connection = table.connection(of: subscriber) else { return }
        for room in table.remove(connection) { deliveryReports.remove(room) }
        presence.disconnected(connection.userID, at: loop.now)
    }

    /// Closes every connection that matches.
    func close(_ reason: CloseReason, where matches: (any Subscriber) -> Bool) {
        loop.preconditionInEventLoop()
        for connection in table.connections where matches(connection.subscriber) {
            connection.subscriber.close(reason)
        }
    }

    /// Closes all connections and accepts no more.
    func stop() {
        flush()
        isStopping = true
        close(.restarting) { _ in true }
        let pending = pendingConnections
        pendingConnections = []
        for connection in pending { connection.connect() }
    }

    private func connectPending() {
        guard !pendingConnections.isEmpty else { return }
        let due = pendingConnections.filter { $0.position <= position }
        pendingConnections.removeAll { $0.position <= position }
        for connection in due { connection.connect() }
    }

    // MARK: - Subscriptions

    /// Events from before are not for the new subscriber, so they are flushed first. That may close connections that
    /// are too slow, and the room with its last one; it is looked up afterwards.
    private func subscribe(_ connection: ConnectedSubscriber, to id: Room.ID) {
        if table.rooms[id]?.hasPending == true { flush() }
        guard connection.isOpen else { return }
        table.subscribe(connection, to: id)
    }

    private func subscribe(_ user: User.ID, to room: Room.ID) {
        let connections = table.connections(of: user)
        guard !connections.isEmpty else { return table.addLastRoom(room, of: user) }
        for connection in connections where connection.isOpen { subscribe(connection, to: room) }
    }

    private func unsubscribe(_ connection: ConnectedSubscriber, from room: LiveRoom) {
        table.unsubscribe(connection, from: room)
        if room.isEmpty { deliveryReports.remove(room) }
    }

    // MARK: - Events

    /// Delivers events to the subscribers of their rooms. They must come in the order of their positions.
    func publish(_ events: [LiveEvent]) {
        loop.preconditionInEventLoop()
        for event in events { publish(event) }
        recent.trim()
        connectPending()
        scheduleFlush()
    }

    private func publish(_ event: LiveEvent) {
        position = event.position
        recent.append(event)
        if let user = event.effect.joining { subscribe(user, to: event.room) }
        guard let room = table.rooms[event.room] else { return applyWithoutSubscribers(event) }
        if !room.hasPending { dirty.append(room) }
        room.append(event)
        apply(event.effect, to: room)
    }

    /// Changes the subscriptions behind the event, which is still delivered to those that it ends.
    private func apply(_ effect: LiveEvent.Effect, to room: LiveRoom) {
        switch effect {
        case .none: break
        case .joins(let user): transientEvents.memberJoined(user, room)
        case .joinsPending(let user): room.pendingMembers.insert(user)
        case .accepts(let receipt):
            guard room.pendingMembers.remove(receipt.userID) != nil else { return }
            transientEvents.receive([receipt])
            transientEvents.memberJoined(receipt.userID, room)
        case .leaves(let user):
            flush()
            room.pendingMembers.remove(user)
            transientEvents.memberLeft(user, room)
            for connection in table.connections(of: user) { unsubscribe(connection, from: room) }
            table.removeLastRoom(room.id, of: user)
        case .closes:
            flush()
            for connection in room.subscribers { unsubscribe(connection, from: room) }
        }
    }

    /// The room has no subscribers, but somebody who was connected a moment ago may have been one.
    private func applyWithoutSubscribers(_ event: LiveEvent) {
        if case .leaves(let user) = event.effect { table.removeLastRoom(event.room, of: user) }
    }

    /// Replays one event to a connection whose snapshot was read before it.
    private func replay(_ event: LiveEvent, to connection: ConnectedSubscriber) {
        if event.effect.joining == connection.userID { subscribe(connection, to: event.room) }
        guard let room = table.rooms[event.room] else { return }
        if connection.isSubscribed(to: room) { connection.subscriber.deliver(EncodedBatch([event.encoded])) }
        // All events up to now are replayed, so a room that has other subscribers ends up as it was.
        switch event.effect {
        case .leaves(connection.userID), .closes: unsubscribe(connection, from: room)
        case .joinsPending(let user): room.pendingMembers.insert(user)
        case .accepts(let receipt): room.pendingMembers.remove(receipt.userID)
        case .leaves(let user): room.pendingMembers.remove(user)
        case .none, .joins: break
        }
    }

    // MARK: - Flushing

    /// When it is quiet, events are flushed at the end of this turn of the loop. When it is busy, they are flushed once
    /// per interval, so that one system call carries several events.
    private func scheduleFlush() {
        guard !dirty.isEmpty, !isFlushScheduled else { return }
        isFlushScheduled = true
        let due = lastFlush + limits.flushInterval
        let loop = loop.assumeIsolated()
        if due <= self.loop.now {
            loop.execute { self.flushOnSchedule() }
        } else {
            loop.scheduleTask(deadline: due) { self.flushOnSchedule() }
        }
    }

    private func flushOnSchedule() {
        isFlushScheduled = false
        lastFlush = loop.now
        flush()
    }

    /// Delivers all pending events. All rooms are flushed together, because a connection must receive their events in
    /// the order of positions: the cursor of an event implies that everything before it has been received.
    func flush() {
        guard !dirty.isEmpty else { return }
        let due = dirty.map { room in
            if !room.isEmpty { deliveryReports.add(room) }
            return (flush: room.takeFlush(), subscribers: room.subscribers)
        }
        dirty.removeAll(keepingCapacity: true)
        // A connection that closes meanwhile unsubscribes; the loops go on over the subscribers as they were.
        guard due.count > 1 else {
            let batch = due[0].flush.batch
            for connection in due[0].subscribers { connection.subscriber.deliver(batch) }
            return observeDelivery(of: due[0].flush, to: due[0].subscribers.count)
        }
        for room in due {
            for connection in room.subscribers { connection.add(room.flush) }
        }
        for connection in due.lazy.flatMap(\.subscribers) { connection.deliverFlushes() }
        for room in due { observeDelivery(of: room.flush, to: room.subscribers.count) }
    }

    private func observeDelivery(of flush: LiveRoom.Flush, to subscriberCount: Int) {
        guard subscriberCount > 0 else { return }
        let now = NIODeadline.now()
        for event in flush.events { metrics.delivery.observe(Int((now - event.committedAt).nanoseconds)) }
    }

    // MARK: - Ticks

    /// Does what is due about once a second: checks connections, announces receipts and presence, and reports what has
    /// been delivered.
    func tick() -> TickResult {
        loop.preconditionInEventLoop()
        let now = loop.now
        for connection in table.connections { connection.subscriber.tick(now) }
        // An event is delivered before the receipts for it.
        flush()
        transientEvents.announceReceipts()
        transientEvents.announceJoins()
        return TickResult(
            deliveries: deliveryReports.collectDeliveries(now),
            departed: transientEvents.announcePresence(now)
        )
    }
}

/// The hub, as code outside its event loop uses it. Only `CommitFollower` sends the consequences of commits to it.
struct LiveHub: Sendable {
    let loop: any EventLoop
    let blockChanges: BlockChanges
    private let hub: NIOLoopBound<Hub>

    /// Makes the hub on its loop.
    ///
    /// - Parameter position: The newest position in the log.
    static func make(
        on loop: any EventLoop,
        position: Int64,
        presence: Presence,
        encoding: JSONEncoding,
        limits: Hub.Limits,
        metrics: LiveMetrics
    ) async throws -> LiveHub {
        try await loop.submit {
            let hub = Hub(
                loop: loop,
                position: position,
                presence: presence,
                encoding: encoding,
                limits: limits,
                metrics: metrics
            )
            return LiveHub(
                loop: loop,
                blockChanges: hub.transientEvents.blockChanges,
                hub: NIOLoopBound(hub, eventLoop: loop)
            )
        }.get()
    }

    /// The hub itself, for code that runs on its loop.
    var onLoop: Hub { hub.value }

    func tick() async throws -> TickResult {
        try await loop.submit { onLoop.tick() }.get()
    }

    /// Closes all connections because the server is stopping.
    func stop() {
        loop.execute { onLoop.stop() }
    }
}
