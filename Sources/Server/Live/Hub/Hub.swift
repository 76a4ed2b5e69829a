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
        /// Recent events kept for connections that are being welcomed, and their bytes.
        var recentEvents = 1024
        var recentBytes = 4 << 20
        /// Shortest time between two flushes: what happens within it shares a system call per connection.
        var pace = TimeAmount.milliseconds(2)
        /// Between two notices that somebody types; a notice lasts five seconds.
        var typing = TimeAmount.seconds(2)
        /// Shortest time between two looks at what a room's members have received, for each of its connections: the
        /// larger the room, the more receipts there are and the less anybody wants to know.
        var reportPerConnection = TimeAmount.milliseconds(100)
        var reportAtLeast = TimeAmount.seconds(1)
        /// Receipts that may come of one look at all rooms, each counted for everyone who hears it: about what one room
        /// of 100 makes, so that messages do not wait behind them. The other rooms have their turn a second later.
        var receiptsPerTick = 10_000
        /// News of who is there that one look may tell, each counted for everyone who hears it: about two rooms of 100
        /// who all come at once. When a thousand come back, messages do not wait behind their greetings.
        var presencePerTick = 20_000
        /// Rooms that nobody hears whose receipts wait for the next tick all the same.
        var unheardReceipts = 1000
        /// People whose joining makes their presence known at the next tick; others are asked for.
        var newcomersPerTick = 1000
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

    /// Somebody with live connections, or who had some until a moment ago.
    final class Person {
        var connections: [any LiveConnection] = []
        /// Where others hear of them while they have no connection.
        var rooms: [Room.ID] = []
    }

    let loop: any EventLoop
    let limits: Limits
    let wire: Wire
    private(set) var rooms: [Room.ID: LiveRoom] = [:]
    var people: [User.ID: Person] = [:]
    private var connectionCount = 0
    private var recent: Deque<LiveEvent> = []
    private var recentBytes = 0
    /// Position of the newest event that came through here.
    private(set) var position: Int64
    private var dirty: [LiveRoom] = []
    private var isFlushScheduled = false
    private var lastFlush = NIODeadline.uptimeNanoseconds(0)
    /// Connections whose start lies ahead of what came through here.
    private var early: [(position: Int64, admit: () -> Void)] = []
    /// Rooms whose newest events may not be written down as delivered yet.
    var unreported: [Room.ID: LiveRoom] = [:]
    /// Receipts that the next tick tells.
    var receipts: [Room.ID: [User.ID: Receipt]] = [:]
    /// Pairs of people who exchange no signals, from either side; of those who are connected or were a moment ago.
    var blocks: [User.ID: Set<User.ID>] = [:]
    let blockChanges = BlockChanges()
    /// Who has come into which room since the last tick.
    var newcomers: [(user: User.ID, room: Room.ID)] = []
    private var isStopping = false

    var presence: Presence { wire.presence }
    private var isFull: Bool { connectionCount + early.count >= limits.connections }

    /// - Parameter position: Newest position in the log when the hub begins.
    init(loop: any EventLoop, position: Int64, wire: Wire, limits: Limits) {
        self.loop = loop
        self.position = position
        self.wire = wire
        self.limits = limits
    }

    // MARK: - Coming and going

    /// Takes a connection in at the point that `entry` describes: it hears every event behind it, and none before.
    ///
    /// The commit that the entry has seen may still be on its way here; then it waits for that.
    func admit(
        _ connection: any LiveConnection,
        _ entry: LiveEntry,
        then answer: @escaping (Admission) -> Void
    ) {
        loop.preconditionInEventLoop()
        guard !isStopping else { return answer(.gone) }
        guard entry.position <= position else {
            guard !isFull else { return answer(.tooMany) }
            early.append((entry.position, { self.admit(connection, entry, then: answer) }))
            return
        }
        answer(admitNow(connection, entry))
    }

    private func admitNow(_ connection: any LiveConnection, _ entry: LiveEntry) -> Admission {
        guard connection.isOpen else { return .gone }
        let user = entry.welcome.user.id
        let person = people[user] ?? Person()
        // A place that is given up below is free again by then.
        let replaced = Self.replaced(among: person.connections, limit: limits.connectionsPerUser)
        guard !isFull || !replaced.isEmpty else { return .tooMany }
        let missed = recent.reversed().prefix { $0.position > entry.position }.reversed()
        guard entry.blockChanges == blockChanges.count else { return .stale }
        guard entry.position == position || missed.first?.position == entry.position + 1 else { return .stale }
        people[user] = person
        for old in replaced { old.close(.replaced) }
        person.connections.append(connection)
        person.rooms = []
        connectionCount += 1
        presence.connected(user, at: loop.now)
        connection.welcome(entry.welcome)
        if !entry.missed.isEmpty { connection.deliver(LiveBatch(entry.missed)) }
        addBlocks(of: user, entry.blocked)
        // It may be too slow even for this; once closed it must not be seated again.
        for id in entry.rooms where connection.isOpen {
            let isNew = rooms[id] == nil
            seat(connection, in: id)
            if isNew { rooms[id]?.pendingMembers = entry.pending[id] ?? [] }
        }
        for event in missed where connection.isOpen { catchUp(connection, with: event) }
        return .admitted
    }

    /// Which connections of a person give way to a new one: those that have been silent the longest, because a phone that
    /// has left its network leaves connections behind that nobody uses any more.
    static func replaced(among connections: [any LiveConnection], limit: Int) -> [any LiveConnection] {
        let surplus = connections.count - limit + 1
        guard surplus > 0 else { return [] }
        return Array(connections.sorted { $0.lastHeard < $1.lastHeard }.prefix(surplus))
    }

    /// Lets go of a connection; calling it again does nothing.
    func remove(_ connection: any LiveConnection) {
        loop.preconditionInEventLoop()
        let rooms = connection.seats.map(\.room)
        for room in rooms { leave(room, connection) }
        guard let person = people[connection.userID],
            let index = person.connections.firstIndex(where: { $0 === connection })
        else { return }
        person.connections.remove(at: index)
        connectionCount -= 1
        presence.disconnected(connection.userID, at: loop.now)
        if person.connections.isEmpty { person.rooms = rooms.map(\.id) }
    }

    /// Closes every connection of which `matches` says so.
    func close(_ reason: LiveClosure, where matches: (any LiveConnection) -> Bool) {
        loop.preconditionInEventLoop()
        for person in people.values {
            for connection in person.connections where matches(connection) { connection.close(reason) }
        }
    }

    /// Sends everybody away and takes nobody in any more.
    func stop() {
        flush()
        isStopping = true
        close(.restarting) { _ in true }
        let waiting = early
        early = []
        for entry in waiting { entry.admit() }
    }

    // MARK: - Events

    /// Sends events to who may hear them. They must come in the order of their positions.
    func publish(_ events: [LiveEvent]) {
        loop.preconditionInEventLoop()
        for event in events { publish(event) }
        while recent.count > limits.recentEvents || recentBytes > limits.recentBytes {
            recentBytes -= recent.removeFirst().text.json.readableBytes
        }
        admitEarly()
        scheduleFlush()
    }

    private func publish(_ event: LiveEvent) {
        position = event.position
        recent.append(event)
        recentBytes += event.text.json.readableBytes
        if let user = event.effect.joining, let person = people[user] { seat(person, in: event.room) }
        guard let room = rooms[event.room] else { return apply(event.effect, toEmpty: event.room) }
        if !room.hasPending { dirty.append(room) }
        room.append(event)
        apply(event.effect, to: room)
    }

    private func seat(_ person: Person, in room: Room.ID) {
        guard !person.connections.isEmpty else { return person.rooms.append(room) }
        for connection in person.connections where connection.isOpen { seat(connection, in: room) }
    }

    /// Ends what the event ends, once it has been heard itself.
    private func apply(_ effect: LiveEvent.Effect, to room: LiveRoom) {
        switch effect {
        case .none: break
        case .joins(let user): greet(user, in: room)
        case .isAsked(let user): room.pendingMembers.insert(user)
        case .agrees(let receipt):
            guard room.pendingMembers.remove(receipt.userID) != nil else { return }
            receive([receipt])
            greet(receipt.userID, in: room)
        case .leaves(let user):
            flush()
            room.pendingMembers.remove(user)
            // They begin anew when they are added again.
            receipts[room.id]?[user] = nil
            guard let person = people[user] else { return }
            for connection in person.connections { leave(room, connection) }
            person.rooms.removeAll { $0 == room.id }
        case .closes:
            flush()
            for connection in room.audience { leave(room, connection) }
        }
    }

    /// Nobody hears the room, but somebody who was here a moment ago may have.
    private func apply(_ effect: LiveEvent.Effect, toEmpty room: Room.ID) {
        if case .leaves(let user) = effect { people[user]?.rooms.removeAll { $0 == room } }
    }

    /// Plays one event to a connection that was admitted at a point before it.
    private func catchUp(_ connection: any LiveConnection, with event: LiveEvent) {
        if event.effect.joining == connection.userID { seat(connection, in: event.room) }
        guard let room = rooms[event.room] else { return }
        let hears = connection.seats.contains { $0.room === room }
        if hears { connection.deliver(LiveBatch([event.text])) }
        // All events up to now are played, so a room that is there already ends up as it was.
        switch event.effect {
        case .leaves(connection.userID), .closes: leave(room, connection)
        case .isAsked(let user): room.pendingMembers.insert(user)
        case .agrees(let receipt): room.pendingMembers.remove(receipt.userID)
        case .leaves(let user): room.pendingMembers.remove(user)
        case .none, .joins: break
        }
    }

    // MARK: - Seats

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
        guard room.isEmpty else { return }
        rooms[room.id] = nil
        unreported[room.id] = nil
    }

    private func admitEarly() {
        guard !early.isEmpty else { return }
        let due = early.filter { $0.position <= position }
        early.removeAll { $0.position <= position }
        for entry in due { entry.admit() }
    }

    // MARK: - Flushing

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
    func flush() {
        guard !dirty.isEmpty else { return }
        let due = dirty.map { room in
            if !room.isEmpty { unreported[room.id] = room }
            return (flush: LiveRoom.Flush(room.takePending()), audience: room.audience)
        }
        dirty.removeAll(keepingCapacity: true)
        // A connection that is closed here leaves; the loops go on over the audiences as they were.
        guard due.count > 1 else {
            for connection in due[0].audience { connection.deliver(due[0].flush.batch) }
            return
        }
        deliver(due)
    }

    /// Who hears one of the rooms gets that room's shared bytes; who hears several gets their events in one order.
    private func deliver(_ due: [(flush: LiveRoom.Flush, audience: [any LiveConnection])]) {
        for room in due {
            for connection in room.audience { connection.dueFlushes.append(room.flush) }
        }
        for connection in due.lazy.flatMap(\.audience) where !connection.dueFlushes.isEmpty {
            let flushes = connection.dueFlushes
            connection.dueFlushes = []
            connection.deliver(flushes.count == 1 ? flushes[0].batch : LiveRoom.Flush(merging: flushes).batch)
        }
    }
}
