/// Makes events of one membership from the records of the log, with things as they are now.
///
/// A former member may not learn what became of the room after they left. Where the current state would show it, the
/// membership cannot be replayed at all.
struct EventReplay {
    private let period: MembershipPeriod
    private let contents: ReplayContents
    private let room: Room?
    /// Members after the event that is replayed next.
    private var memberCount: Int

    fileprivate init(_ period: MembershipPeriod, _ contents: ReplayContents) {
        self.period = period
        self.contents = contents
        room = contents.rooms[period.roomID]
        memberCount = room?.memberCount ?? 0
    }

    /// - Parameter records: The newest records of the membership, newest first.
    /// - Throws: `IncompleteReplay`.
    mutating func replay(_ records: [LogRecord]) throws -> [Event] {
        try records.map { record in
            guard let content = record.kind.content(of: record, in: &self) else { throw IncompleteReplay() }
            return Event(
                position: record.position,
                roomID: record.roomID,
                seq: record.seq,
                at: record.at,
                content: content
            )
        }
    }
}

/// What the kinds of events ask for.
extension EventReplay {
    func message(of record: LogRecord) -> Message? {
        record.reference.message.flatMap { contents.messages[$0] }
    }

    /// An attachment that has gone went with its message.
    func attachment(
        of record: LogRecord,
        as content: (Attachment, Message.ID) -> Event.Content
    ) -> Event.Content? {
        guard case .attachment(let id, _) = record.reference, let message = message(of: record) else { return nil }
        guard message.deletedAt == nil else { return .messageDeleted(message) }
        return message.attachments.first { $0.id == id }.map { content($0, message.id) }
    }

    /// The room with its current name and the numbers that it had then: later events count on from them.
    func room(at record: LogRecord) -> Room? {
        guard period.lastSeq == nil else { return nil }
        return room?.with(memberCount: memberCount, lastSeq: record.seq)
    }

    mutating func joinedMember(of record: LogRecord) -> Member? {
        memberCount -= 1
        return member(of: record)
    }

    mutating func leftUser(of record: LogRecord) -> User.ID? {
        memberCount += 1
        guard case .user(let user) = record.reference else { return nil }
        return user
    }

    /// The member with the role that they had then; later events carry later ones.
    func member(of record: LogRecord) -> Member? {
        guard case .member(let id, let role, let isPending) = record.reference else { return nil }
        // Somebody who has left since is no member any more; their leaving follows.
        let member = period.lastSeq == nil ? contents.members[Member.Key(room: record.roomID, user: id)] : nil
        guard let user = contents.users[id] else { return nil }
        return Member(
            user: user,
            role: role,
            joinedAt: member?.joinedAt ?? record.at,
            deliveredSeq: record.seq,
            readSeq: record.seq,
            joinedSeq: record.seq,
            isPending: isPending
        )
    }
}

/// The things that the events of a replay refer to, as they are now.
private struct ReplayContents {
    let rooms: [Room.ID: Room]
    let messages: [Message.ID: Message]
    /// Those who are members still, of the rooms of present memberships.
    let members: [Member.Key: Member]
    let users: [User.ID: User]

    init(_ records: [MembershipPeriod: [LogRecord]], rooms: [Room.ID: Room], _ db: Snapshot) throws {
        self.rooms = rooms
        messages = try db.messages(Set(records.values.joined().compactMap(\.reference.message)))
        let keys = records.filter { $0.key.lastSeq == nil }.values.joined().compactMap { record in
            record.reference.member.map { Member.Key(room: record.roomID, user: $0) }
        }
        members = try db.members(of: Set(keys).map { ($0.room, $0.user) })
        let known = members.values.reduce(into: [:]) { $0[$1.user.id] = $1.user }
        let others = records.values.joined().compactMap(\.reference.member).filter { known[$0] == nil }
        users = try db.users(Set(others)).merging(known) { $1 }
    }
}

/// How often a replay needs a message.
private struct MessageUse {
    /// Events that carry its body.
    var bodies = 0
    /// The last change that all who receive it may see.
    var lastSeq = Int64.max
}

extension Snapshot {
    /// The events at these positions, in their order, as a client may receive them now. The number of statements is the
    /// same however many events there are.
    ///
    /// - Parameters:
    ///   - positions: The newest ones of each membership, newest first.
    ///   - maxBytes: What the events may come to, as sent.
    /// - Throws: `IncompleteReplay`.
    func replay(_ positions: [MembershipPeriod: [Int64]], maxBytes: Int) throws -> [Event] {
        guard !positions.isEmpty else { return [] }
        let found = try records(at: positions.values.flatMap(\.self))
        let rooms = try rooms(Set(positions.keys.map(\.roomID)))
        var records: [MembershipPeriod: [LogRecord]] = [:]
        for (period, positions) in positions {
            let missed = positions.compactMap { found[$0] }
            records[period] = rooms[period.roomID] == nil ? try Self.remainder(ofDeletedRoom: missed) : missed
        }
        try checkMessages(of: records, maxBytes: maxBytes)
        let contents = try ReplayContents(records, rooms: rooms, self)
        return try records.flatMap { period, records in
            var replay = EventReplay(period, contents)
            return try replay.replay(records)
        }.sorted { $0.position < $1.position }
    }

    /// What was in a room went with it, and only its end is left to replay. Somebody who left before would notice that
    /// everything before their leaving is missing.
    private static func remainder(ofDeletedRoom records: [LogRecord]) throws -> [LogRecord] {
        guard records.count == 1 || records.first?.kind == .roomDeleted else { throw IncompleteReplay() }
        return Array(records.prefix(1))
    }

    static func messageStates(_ places: String) -> String {
        "SELECT id, changed_seq, length(body) FROM messages WHERE id IN (\(places))"
    }

    /// JSON of an event with a message takes more bytes than this, its body apart.
    private static let leastBytes = 300

    /// Checks the messages before any of them is read whole.
    ///
    /// - Throws: `IncompleteReplay` when they come to more bytes than may be missed, and for one that was edited or
    ///   deleted, or whose pictures changed, after somebody left who would receive it.
    private func checkMessages(of records: [MembershipPeriod: [LogRecord]], maxBytes: Int) throws {
        var uses: [Message.ID: MessageUse] = [:]
        var bytesLeft = maxBytes
        for (period, records) in records {
            for record in records {
                guard let id = record.reference.message else { continue }
                bytesLeft -= Self.leastBytes
                let use = uses[id, default: MessageUse()]
                uses[id] = MessageUse(
                    bodies: use.bodies + (record.reference.attachment == nil ? 1 : 0),
                    lastSeq: min(use.lastSeq, period.lastSeq ?? .max)
                )
            }
        }
        guard !uses.isEmpty else { return }
        let list = SQLList(uses.keys)
        try forEach(Self.messageStates(list.places), list.values) { row in
            guard let use = uses[row[0]] else { return }
            bytesLeft -= use.bodies * (row[2] as Int)
            guard bytesLeft >= 0, (row[1] as Int64) <= use.lastSeq else { throw IncompleteReplay() }
        }
    }
}
