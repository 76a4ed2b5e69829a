import FoundationEssentials

extension Rooms {
    /// The direct room of the caller and another person, created if they have none. Both are its owners. The other
    /// person becomes a member with the first message.
    ///
    /// Creating one counts against a rate limit: that of direct rooms with strangers if the two share no other room.
    ///
    /// - Throws: `rateLimited`, `invalid` for oneself, `notFound` if there is no such person, `forbidden` or `conflict`
    ///   if one has blocked the other.
    package func directRoom(with other: User.ID, by caller: Caller) async throws -> Replayable<RoomView> {
        let user = caller.user
        let (acquaintance, existing) = try await acquaintance(of: user, with: other)
        switch acquaintance {
        case .directRoom: store.noteActivity(of: caller)
        case .sharedRoom: try store.begin(\.rooms, by: caller)
        case .none: try store.begin(\.direct, by: caller)
        }
        guard user != other else {
            throw Refusal.invalid(field: "user_id", "A direct room needs another person.")
        }
        let subjects = [.person(other)] + [existing].compactMap(\.self).map(Subject.room)
        return try await make(for: caller, about: subjects) { [limits = store.limits] transaction in
            guard try transaction.db.userExists(other) else {
                throw Refusal.notFound(field: "user_id")
            }
            try transaction.db.checkMayWrite(user, to: other)
            let key = Data(directRoomOf: user, and: other)
            let found = try transaction.db.directRoom(key)
            let room = try found ?? transaction.insertRoom(kind: .direct, name: nil, topic: nil, directKey: key)
            try transaction.enterDirectRoom(room, user, limits)
            return try transaction.db.roomView(room, for: user)
        }
    }

    /// How two people are connected, and the direct room that they have.
    func acquaintance(
        of user: User.ID,
        with other: User.ID
    ) async throws -> (kind: Acquaintance, directRoom: Room.ID?) {
        try await store.read { db in
            if let room = try db.directRoom(Data(directRoomOf: user, and: other)) { return (.directRoom, room) }
            return (try db.areAcquainted(user, other) ? .sharedRoom : .none, nil)
        }
    }

    /// Hides a direct room from the caller's list until the next message in it, or shows it again.
    ///
    /// - Throws: `rateLimited`, `notFound`, or `conflict` for any other room.
    package func setHidden(_ isHidden: Bool, _ room: Room.ID, by caller: Caller) async throws {
        let user = caller.user
        try store.begin(\.blocks, by: caller)
        try await store.change(about: [.room(room)], for: isHidden ? .storing : .deleting) { transaction in
            let view = try transaction.db.requireMember(user, of: room)
            guard view.room.kind == .direct else {
                throw Refusal.conflict("Only a direct room can be hidden. Any other room can be left.")
            }
            try transaction.execute(
                """
                UPDATE members
                SET hidden_position = CASE WHEN ?1 = 1 THEN (SELECT activity_position FROM rooms WHERE id = ?2) END
                WHERE room_id = ?2 AND user_id = ?3
                """,
                [isHidden, room, user]
            )
            transaction.consequences.notices.append(.roomHidden(room, isHidden, for: user))
        }
    }
}

extension WriteTransaction {
    /// Makes somebody who opens a direct room a member. Opening it counts as an answer to the person who wrote in it.
    fileprivate mutating func enterDirectRoom(_ room: Room.ID, _ user: User.ID, _ limits: ChatLimits) throws {
        guard let consent = try db.consent(of: user, in: room) else {
            try addMember(user, to: room, role: .owner, consent: .given, limits: limits)
            return
        }
        try execute("UPDATE members SET hidden_position = NULL WHERE room_id = ? AND user_id = ?", [room, user])
        try giveConsent(of: user, in: room, from: consent)
    }

    /// Prepares a direct room for a message: its writer agrees to be in the room, and the other person becomes a member.
    ///
    /// - Parameter seq: Number for an event before the message, if there is one.
    /// - Returns: Whether the number was used.
    mutating func prepareDirectMessage(
        in room: Room.ID,
        key: Data,
        by writer: SendingMember,
        seq: Int64,
        _ limits: ChatLimits
    ) throws -> Bool {
        guard let other = key.other(than: writer.id) else { throw Refusal.notFound() }
        try db.checkMayWrite(writer.id, to: other)
        if writer.consent != .given { return try giveConsent(of: writer.id, in: room, from: writer.consent, seq: seq) }
        guard try !db.exists(Snapshot.membership, [room, other]) else { return false }
        try endOldestRequests(of: other, limits)
        let consent: Consent = try db.areAcquainted(writer.id, other) ? .assumed : .pending
        try addMember(other, to: room, role: .owner, consent: consent, seq: seq, limits: limits)
        return true
    }

    /// Records that somebody agrees to be in a room.
    ///
    /// - Parameter seq: Number for the event, if one is needed; the next one if nil.
    /// - Returns: Whether an event was recorded: others may see from now on whether a pending member is online.
    @discardableResult
    mutating func giveConsent(
        of user: User.ID,
        in room: Room.ID,
        from consent: Consent,
        seq: Int64? = nil
    ) throws -> Bool {
        guard consent != .given else { return false }
        guard consent == .pending else {
            try execute("UPDATE members SET consent = 'given' WHERE room_id = ? AND user_id = ?", [room, user])
            return false
        }
        // The receipts that were hidden so far count as moved now, so that clients that reconnect later receive them.
        try execute(
            """
            UPDATE members SET consent = 'given', receipt_position = (SELECT position FROM log_head)
            WHERE room_id = ? AND user_id = ?
            """,
            [room, user]
        )
        try record(.memberUpdated(db.member(user, of: room)), in: room, seq: seq ?? nextSeq(in: room))
        return true
    }

    /// Unanswered direct rooms have a limit of their own. Above it, the person is removed from the least recently
    /// active one, and becomes a member again with its next message.
    private mutating func endOldestRequests(of user: User.ID, _ limits: ChatLimits) throws {
        let old = try db.values(
            Room.ID.self,
            Snapshot.oldestRequests,
            [user, limits.listedRooms, limits.requestsPerPerson - 1]
        )
        try endMemberships(of: user, in: old)
    }
}

extension Snapshot {
    static let directRoom = "SELECT id FROM rooms WHERE direct_key = ?"
    static let consent = "SELECT consent FROM members WHERE room_id = ? AND user_id = ?"
    static let oldestRequests = """
        SELECT rooms.id FROM members CROSS JOIN rooms
        WHERE rooms.id = members.room_id AND members.user_id = ? AND members.consent <> 'given'
        AND rooms.kind = 'direct'
        ORDER BY rooms.activity_position DESC LIMIT ? OFFSET ?
        """

    fileprivate func directRoom(_ key: Data) throws -> Room.ID? {
        try value(Room.ID.self, Self.directRoom, [key])
    }

    /// Nil for somebody who is not a member.
    func consent(of user: User.ID, in room: Room.ID) throws -> Consent? {
        try value(Consent.self, Self.consent, [room, user])
    }
}
