import Chat
import DequeModule
import NIOCore

/// Rooms and the live connections in them.
///
/// All of it lives on one event loop: no locks, no tasks, no copies per connection. Other threads reach it through
/// `LiveHub`.
final class Hub {
    struct Limits {
        /// Live connections in total.
        var connections = 5000
        /// Live connections of one person.
        var connectionsPerUser = 10
        /// Recent events kept for connections that are being welcomed.
        var recentEvents = 1024
        /// Shortest time between two flushes: what happens within it shares a system call per connection.
        var pace = TimeAmount.milliseconds(2)
    }

    /// What became of a wish to hear events.
    enum Admission: Equatable {
        case admitted
        case tooMany
        /// More happened since the start was read than is kept; read it again.
        case stale
        /// The client went away meanwhile.
        case gone
    }

    let loop: any EventLoop
    private let limits: Limits
    private let presence: Presence
    private var rooms: [Room.ID: LiveRoom] = [:]
    private var people: [User.ID: [any LiveConnection]] = [:]
    private var connectionCount = 0
    private var recent: Deque<LiveEvent> = []
    /// Position of the newest event that came through here.
    private var position: Int64
    private var dirty: [LiveRoom] = []
    private var isFlushScheduled = false
    private var lastFlush = NIODeadline.uptimeNanoseconds(0)
    /// Connections whose start lies ahead of what came through here.
    private var early: [(position: Int64, admit: () -> Void)] = []

    private var isFull: Bool { connectionCount + early.count >= limits.connections }

    /// - Parameter position: Newest position in the log when the hub begins.
    init(loop: any EventLoop, position: Int64, presence: Presence, limits: Limits) {
        self.loop = loop
        self.position = position
        self.presence = presence
        self.limits = limits
    }

    /// Takes a connection in at the point that `start` describes: it hears every event behind it, and none before.
    ///
    /// The commit that `start` has seen may still be on its way here; then it waits for that.
    func admit(
        _ connection: any LiveConnection,
        _ start: LiveStart,
        then answer: @escaping (Admission) -> Void
    ) {
        loop.preconditionInEventLoop()
        guard start.position <= position else {
            guard !isFull else { return answer(.tooMany) }
            early.append((start.position, { self.admit(connection, start, then: answer) }))
            return
        }
        answer(admitNow(connection, start))
    }

    private func admitNow(_ connection: any LiveConnection, _ start: LiveStart) -> Admission {
        guard connection.isOpen else { return .gone }
        let own = people[start.user.id] ?? []
        guard !isFull, own.count < limits.connectionsPerUser else { return .tooMany }
        let missed = recent.reversed().prefix { $0.position > start.position }.reversed()
        guard start.position == position || missed.first?.position == start.position + 1 else { return .stale }
        people[start.user.id] = own + [connection]
        connectionCount += 1
        presence.connected(start.user.id)
        connection.welcome(start, resumed: false)
        // It may be too slow even for this; once closed it must not be seated again.
        for id in start.rooms where connection.isOpen { seat(connection, in: id) }
        for event in missed where connection.isOpen { catchUp(connection, with: event) }
        return .admitted
    }

    /// Lets go of a connection; calling it again does nothing.
    ///
    /// - Returns: Whether it was the person's last one.
    func remove(_ connection: any LiveConnection) -> Bool {
        loop.preconditionInEventLoop()
        for seat in connection.seats { leave(seat.room, connection) }
        let user = connection.userID
        guard var own = people[user], let index = own.firstIndex(where: { $0 === connection }) else { return false }
        own.remove(at: index)
        people[user] = own.isEmpty ? nil : own
        connectionCount -= 1
        return presence.disconnected(user)
    }

    /// Sends events to who may hear them. They must come in the order of their positions.
    func publish(_ events: [LiveEvent]) {
        loop.preconditionInEventLoop()
        for event in events { publish(event) }
        while recent.count > limits.recentEvents { recent.removeFirst() }
        admitEarly()
        scheduleFlush()
    }

    /// Closes every connection of which `matches` says so.
    func close(_ reason: LiveClosure, where matches: (any LiveConnection) -> Bool) {
        loop.preconditionInEventLoop()
        for connection in people.values.joined() where matches(connection) { connection.close(reason) }
    }

    /// Looks after connections that may have died unnoticed.
    func tick() {
        loop.preconditionInEventLoop()
        let now = loop.now
        for connection in people.values.joined() { connection.tick(now) }
    }

    private func publish(_ event: LiveEvent) {
        position = event.position
        recent.append(event)
        if case .joins(let user) = event.effect {
            for connection in people[user] ?? [] where connection.isOpen { seat(connection, in: event.room) }
        }
        guard let room = rooms[event.room] else { return }
        if !room.hasPending { dirty.append(room) }
        room.append(event)
        apply(event.effect, to: room)
    }

    /// Ends what the event ends, once it has been heard itself.
    private func apply(_ effect: LiveEvent.Effect, to room: LiveRoom) {
        switch effect {
        case .none, .joins: break
        case .leaves(let user):
            flush()
            for connection in people[user] ?? [] { leave(room, connection) }
        case .closes:
            flush()
            for connection in room.audience { leave(room, connection) }
        }
    }

    /// Plays one event to a connection that was admitted at a point before it.
    private func catchUp(_ connection: any LiveConnection, with event: LiveEvent) {
        if event.effect == .joins(connection.userID) { seat(connection, in: event.room) }
        guard let room = rooms[event.room] else { return }
        let hears = connection.seats.contains { $0.room === room }
        if hears { connection.deliver(LiveBatch([event])) }
        switch event.effect {
        case .leaves(connection.userID), .closes: leave(room, connection)
        default: break
        }
    }

    /// What was said before is not for the newcomer, so it goes out first. That may close connections that are too
    /// slow, and with its last one the room goes; so it is looked up afterwards.
    private func seat(_ connection: any LiveConnection, in id: Room.ID) {
        if rooms[id]?.hasPending == true { flush() }
        guard connection.isOpen else { return }
        room(id).seat(connection)
    }

    private func room(_ id: Room.ID) -> LiveRoom {
        if let room = rooms[id] { return room }
        let room = LiveRoom(id)
        rooms[id] = room
        return room
    }

    private func leave(_ room: LiveRoom, _ connection: any LiveConnection) {
        room.unseat(connection)
        dropIfEmpty(room)
    }

    private func dropIfEmpty(_ room: LiveRoom) {
        if room.isEmpty { rooms[room.id] = nil }
    }

    private func admitEarly() {
        guard !early.isEmpty else { return }
        let due = early.filter { $0.position <= position }
        early.removeAll { $0.position <= position }
        for entry in due { entry.admit() }
    }

    /// Quiet: at the end of this tick. Busy: once per pace, so that one system call carries several events.
    private func scheduleFlush() {
        guard !dirty.isEmpty, !isFlushScheduled else { return }
        isFlushScheduled = true
        let due = lastFlush + limits.pace
        let loop = loop.assumeIsolated()
        if due <= self.loop.now {
            loop.execute { self.flushOnTime() }
        } else {
            loop.scheduleTask(deadline: due) { self.flushOnTime() }
        }
    }

    private func flushOnTime() {
        isFlushScheduled = false
        lastFlush = loop.now
        flush()
    }

    /// Sends what is pending. All of it, because a connection must hear its rooms in the order of positions: the cursor
    /// of an event says that everything before it has been heard.
    private func flush() {
        guard !dirty.isEmpty else { return }
        let due = dirty.map { (batch: $0.takeBatch(), audience: $0.audience) }
        dirty.removeAll(keepingCapacity: true)
        // A connection that is closed here leaves; the loops go on over the audiences as they were.
        guard due.count > 1 else {
            for connection in due[0].audience { connection.deliver(due[0].batch) }
            return
        }
        deliver(due)
    }

    /// Who hears one of the rooms gets that room's shared bytes; who hears several gets their events in one order.
    private func deliver(_ due: [(batch: LiveBatch, audience: [any LiveConnection])]) {
        for room in due {
            for connection in room.audience { connection.dueBatches.append(room.batch) }
        }
        for connection in due.lazy.flatMap(\.audience) where !connection.dueBatches.isEmpty {
            let batches = connection.dueBatches
            connection.dueBatches = []
            connection.deliver(batches.count == 1 ? batches[0] : LiveBatch(merging: batches))
        }
    }
}
