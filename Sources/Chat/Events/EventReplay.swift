/// Builds the events of one membership from the records of the log and the current state.
///
/// A former member must not see what happened in the room after they left. If the current state would reveal it, the
/// membership cannot be replayed at all.
struct EventReplay {
    private let period: MembershipPeriod
    private let contents: ReplayContents
    private let room: Room?
    /// Number of members after the event that is replayed next.
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

/// Lookups for the kinds of events.
extension EventReplay {
    func message(of record: LogRecord) -> Message? {
        record.reference.message.flatMap { contents.messages[$0] }
    }

    /// An attachment that no longer exists was deleted with its message.
    func attachment(
        of record: LogRecord,
        as content: (Attachment, Message.ID) -> Event.Content
    ) -> Event.Content? {
        guard case .attachment(let id, _) = record.reference, let message = message(of: record) else { return nil }
        guard message.deletedAt == nil else { return .messageDeleted(message) }
        return message.attachments.first { $0.id == id }.map { content($0, message.id) }
    }

    /// The room with its current name and its numbers as of the event, to which clients apply later events.
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

    /// The member with the role that they had at the event; later changes have events of their own.
    func member(of record: LogRecord) -> Member? {
        guard case .member(let id, let role, let isPending) = record.reference else { return nil }
        // A person who has left since is no longer a member; the event of their leaving follows.
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

/// The current state of everything that the events of a replay refer to.
private struct ReplayContents {
    let rooms: [Room.ID: Room]
    let messages: [Message.ID: Message]
    /// Current members, for rooms that the person is still a member of.
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

/// How a replay uses a message.
private struct MessageUse {
    /// Number of events that carry its body.
    var bodies = 0
    /// Number of the last event whose changes to the message may be shown.
    var lastSeq = Int64.max
}

extension Snapshot {
    /// The events at these positions, in order, as a client may receive them now. The number of statements does not
    /// depend on the number of events.
    ///
    /// - Parameters:
    ///   - positions: The newest positions of each membership, newest first.
    ///   - maxBytes: Maximum size of the events as sent.
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

    /// The contents of a deleted room are gone, so only its end can be replayed. If somebody left before the deletion
    /// and missed more than their own leaving, the replay would have a gap.
    private static func remainder(ofDeletedRoom records: [LogRecord]) throws -> [LogRecord] {
        guard records.count == 1 || records.first?.kind == .roomDeleted else { throw IncompleteReplay() }
        return Array(records.prefix(1))
    }

    static func messageStates(_ places: String) -> String {
        "SELECT id, changed_seq, length(body) FROM messages WHERE id IN (\(places))"
    }

    /// Lower bound for the JSON of an event with a message, not counting its body, in bytes.
    private static let leastBytes = 300

    /// Checks the messages before any of them is read in full.
    ///
    /// - Throws: `IncompleteReplay` if the events would exceed `maxBytes`, or if a message was edited or deleted, or
    ///   its pictures changed, after the membership had ended.
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
        // A message is looked up in the archive only if it is not in `messages`.
        for sql in [Self.messageStates, Self.archivedStates] where !uses.isEmpty {
            let list = SQLList(uses.keys)
            try forEach(sql(list.places), list.values) { row in
                guard let use = uses.removeValue(forKey: row[0]) else { return }
                bytesLeft -= use.bodies * (row[2] as Int)
                guard bytesLeft >= 0, (row[1] as Int64) <= use.lastSeq else { throw IncompleteReplay() }
            }
        }
    }
}
