import Chat
import NIOCore
import Vocabulary

/// Where a room's newest events have arrived, to be written down.
struct Arrival: Sendable, Equatable {
    let room: Room.ID
    let seq: Int64
    let users: [User.ID]
}

/// What one look after the hub's connections found.
struct Findings: Sendable {
    /// What has been delivered since the last look.
    var arrivals: [Arrival] = []
    /// Who is offline now, and when they did something last.
    var departed: [(user: User.ID, at: Timestamp)] = []
}

/// What members hear of each other besides events: typing, receipts and presence.
extension Hub {
    /// Tells the others in a room that somebody types.
    func typing(_ user: User.ID, in id: Room.ID) {
        guard let room = rooms[id], !room.pendingMembers.contains(user),
            room.mayTell(typing: user, at: loop.now, interval: limits.typing)
        else { return }
        let batch = batch([.typing(user, in: id)])
        for connection in room.audience where connection.userID != user && maySee(connection.userID, user, in: room) {
            connection.signal(batch)
        }
    }

    /// Sends a person's new name or avatar to every connection in these rooms, and to their own, once each. It is not in
    /// the log, but unlike other signals it is never dropped: nothing else would correct what a client shows.
    func announce(_ user: User, in ids: [Room.ID]) {
        let batch = batch([.profile(user)])
        let own = people[user.id]?.connections ?? []
        // A stranger who wrote to them would see that they are there.
        let open = ids.compactMap { rooms[$0] }.filter { !$0.pendingMembers.contains(user.id) }
        var seen: Set<ObjectIdentifier> = []
        for connection in own + open.flatMap(\.audience)
        where seen.insert(ObjectIdentifier(connection)).inserted && connection.isOpen {
            connection.deliver(batch)
        }
    }

    /// Takes receipts that have moved; the next tick tells the newest of each member. They come from several tasks, so
    /// an older one may come behind a newer.
    func receive(_ moved: [Receipt]) {
        for receipt in moved where mayWait(receipt) {
            let waiting = receipts[receipt.roomID]?[receipt.userID]
            receipts[receipt.roomID, default: [:]][receipt.userID] = waiting.map(receipt.merged) ?? receipt
        }
    }

    /// Also in a room that nobody hears yet: somebody who read the room's receipts before this one was written may be
    /// about to be admitted.
    private func mayWait(_ receipt: Receipt) -> Bool {
        rooms[receipt.roomID] != nil || receipts[receipt.roomID] != nil || receipts.count < limits.unheardReceipts
    }

    /// Looks after everything that has its time: dead connections, receipts, presence.
    func tick() -> Findings {
        loop.preconditionInEventLoop()
        let now = loop.now
        for person in people.values {
            for connection in person.connections { connection.tick(now) }
        }
        // Nobody hears of a receipt before the event that it is for.
        flush()
        tellReceipts()
        tellNewcomers()
        return Findings(arrivals: takeArrivals(now), departed: tellPresence(now))
    }

    private func tellReceipts() {
        let due = receipts
        receipts = [:]
        for (id, moved) in due {
            guard let room = rooms[id] else { continue }
            let isForAll = moved.keys.allSatisfy { isOpen($0, in: room) }
            let shared = isForAll ? batch(moved.values.map(Signal.receipt)) : nil
            for connection in room.audience {
                if let shared { connection.signal(shared) } else { tell(moved.values, to: connection, in: room) }
            }
        }
    }

    private func tell(_ moved: some Sequence<Receipt>, to connection: any LiveConnection, in room: LiveRoom) {
        let visible = moved.filter { maySee(connection.userID, $0.userID, in: room) }
        if !visible.isEmpty { connection.signal(batch(visible.map(Signal.receipt))) }
    }

    /// Tells each connection all that is new for it at once: a system call for each person that it hears of would keep
    /// the loop busy for most of a second when many come at a time.
    ///
    /// - Returns: Who is offline now.
    private func tellPresence(_ now: NIODeadline) -> [(user: User.ID, at: Timestamp)] {
        var departed: [(user: User.ID, at: Timestamp)] = []
        var news: [ObjectIdentifier: (hearer: any LiveConnection, texts: [LiveText])] = [:]
        for change in takePresence(now) {
            let lastSeen = Timestamp(of: change.lastActive, now: now)
            if change.status == .offline { departed.append((change.user, lastSeen)) }
            guard let person = people[change.user] else { continue }
            defer { if change.status == .offline { forget(change.user) } }
            guard change.isNews else { continue }
            let text = LiveText(signal: .presence(change.user, change.status, lastSeen: lastSeen), wire: wire)
            for connection in others(who: person, change.user) {
                news[ObjectIdentifier(connection), default: (connection, [])].texts.append(text)
            }
        }
        for (hearer, texts) in news.values { hearer.signal(LiveBatch(texts)) }
        return departed
    }

    /// Changes whose turn it is: room by room, so that each connection is written to once for many, and in no order
    /// that would let one room wait for ever.
    private func takePresence(_ now: NIODeadline) -> [PresenceBoard.Change] {
        let changes = presence.changes(at: now)
        let news = changes.filter(\.isNews).map { (change: $0, rooms: people[$0.user].map(rooms) ?? []) }
        let groups = Dictionary(grouping: news) { $0.rooms.map(\.id).min() }
        var left = limits.presencePerTick
        let due = groups.values.shuffled().joined().prefix { _, rooms in
            guard left > 0 else { return false }
            left -= rooms.reduce(1) { $0 + $1.audience.count }
            return true
        }
        let taken = changes.filter { !$0.isNews } + due.map(\.change)
        presence.told(taken)
        return taken
    }

    /// Everybody who shares a room with the person, each connection once.
    private func others(who share: Person, _ user: User.ID) -> [any LiveConnection] {
        let shared = rooms(share).filter { !$0.pendingMembers.contains(user) }
        let blocked = blocks[user] ?? []
        let audience = shared.flatMap(\.audience).filter { $0.userID != user && !blocked.contains($0.userID) }
        guard shared.count > 1 else { return audience }
        var seen: Set<ObjectIdentifier> = []
        return audience.filter { seen.insert(ObjectIdentifier($0)).inserted }
    }

    /// Those that somebody hears.
    private func rooms(_ person: Person) -> [LiveRoom] {
        let seats = person.connections.flatMap { $0.seats.map(\.room.id) }
        return Set(seats.isEmpty ? person.rooms : seats).compactMap { rooms[$0] }
    }

    /// Where every connection of a member has been given everything there is. The room that has waited longest comes
    /// first, and no more of them than the receipts that will come of it allow.
    private func takeArrivals(_ now: NIODeadline) -> [Arrival] {
        var arrivals: [Arrival] = []
        var left = limits.receiptsPerTick
        for room in unreported.values.filter({ $0.reportDue <= now }).sorted(by: { $0.reportDue < $1.reportDue }) {
            guard left > 0 else { break }
            left -= room.audience.count * room.audience.count
            if let arrival = takeArrival(in: room, now) { arrivals.append(arrival) }
        }
        return arrivals
    }

    private func takeArrival(in room: LiveRoom, _ now: NIODeadline) -> Arrival? {
        let users = Set(room.audience.lazy.filter(\.isCaughtUp).map(\.userID))
        room.reportDue = now + max(limits.reportAtLeast, limits.reportPerConnection * room.audience.count)
        if users.count == Set(room.audience.lazy.map(\.userID)).count { unreported[room.id] = nil }
        return users.isEmpty ? nil : Arrival(room: room.id, seq: room.sentSeq, users: Array(users))
    }

    func batch(_ signals: [Signal]) -> LiveBatch {
        LiveBatch(signals.map { LiveText(signal: $0, wire: wire) })
    }
}
