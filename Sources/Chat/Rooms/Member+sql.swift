import GRDB

extension WriteTransaction {
    mutating func removeMember(
        _ user: User.ID,
        from room: Room.ID,
        by actor: User.ID,
        bans: Bool
    ) throws {
        let view = try db.requireMember(actor, of: room)
        if let role = view.role, role >= .admin, try withdrawInvitation(of: user, to: room) { return }
        try checkMayRemove(user, from: room, by: actor, view)
        if bans, user != actor, view.room.kind == .public { try insertBan(of: user, from: room, by: actor) }
        try endMembership(of: user, in: room)
        try withdrawInvitations(by: user, to: room)
        guard try db.room(room).memberCount > 0 else { return try deleteRoom(room) }
        if try owners(of: room) == 0 { try nameOwner(of: room) }
    }

    /// Takes one member out of a room.
    mutating func endMembership(of user: User.ID, in room: Room.ID) throws {
        try execute("UPDATE rooms SET member_count = member_count - 1 WHERE id = ?", [room])
        let seq = try nextSeq(in: room)
        let position = try record(.memberLeft(user), in: room, seq: seq)
        try endMemberships(of: room, user, seq: seq, position: position)
    }

    mutating func add(
        _ user: User.ID,
        to room: Room.ID,
        role: Member.Role,
        by actor: User.ID,
        _ limits: ChatLimits
    ) throws -> Addition {
        guard user != actor else { return .joined(try join(user, room, as: role, limits)) }
        try checkMayAdd(user, to: room, role: role, by: actor)
        try removeBan(of: user, from: room)
        guard try db.areAcquainted(actor, user), try !db.isInManyUnansweredRooms(user, limits) else {
            return .invited(try invite(user, to: room, role: role, by: actor, limits))
        }
        let member = try addMember(user, to: room, role: role, consent: .assumed, limits: limits)
        return .joined(try db.view(of: member, for: actor))
    }

    /// Somebody joins a public room, or one that they are invited to.
    private mutating func join(
        _ user: User.ID,
        _ room: Room.ID,
        as role: Member.Role,
        _ limits: ChatLimits
    ) throws -> MemberView {
        guard role == .member else { throw Refusal.forbidden("Who joins a room begins as a member.") }
        if let member = try joinInvited(user, to: room, limits) {
            return MemberView(member: member, showsActivity: true)
        }
        let view = try db.roomView(room, for: user)
        guard view.room.kind != .direct else { throw Refusal.conflict("A direct room stays with its two people.") }
        guard view.role == nil else { throw Refusal.conflict("You are a member already.", field: "user_id") }
        guard try !db.exists(Database.ban, [room, user]) else {
            throw Refusal.forbidden("You were removed from this room. An owner or admin can let you in again.")
        }
        let member = try addMember(user, to: room, role: .member, consent: .given, limits: limits)
        return MemberView(member: member, showsActivity: true)
    }

    fileprivate func checkMayAdd(
        _ user: User.ID,
        to room: Room.ID,
        role: Member.Role,
        by actor: User.ID
    ) throws {
        let view = try db.roomView(room, for: actor)
        guard view.room.kind != .direct else { throw Refusal.conflict("A direct room stays with its two people.") }
        guard let own = view.role else { throw Refusal.notFound() }
        guard own >= .admin else { throw Refusal.forbidden("Only an owner or admin may add members.") }
        guard role == .member || own == .owner else { throw Refusal.forbidden("Only an owner may name admins.") }
        guard try db.exists("SELECT 1 FROM users WHERE id = ?", [user]) else {
            throw Refusal.notFound(field: "user_id")
        }
        guard try !db.exists(Database.membership, [room, user]) else {
            throw Refusal.conflict("They are a member already.", field: "user_id")
        }
    }

    private func checkMayRemove(
        _ user: User.ID,
        from room: Room.ID,
        by actor: User.ID,
        _ view: RoomView
    ) throws {
        guard view.room.kind != .direct else { throw Refusal.conflict("A direct room stays with its two people.") }
        guard user != actor else { return }
        let member = try db.member(user, of: room)
        guard let own = view.role, own >= .admin, own > member.role || own == .owner else {
            throw Refusal.forbidden("Only an owner, or an admin for plain members, may remove somebody.")
        }
    }

    /// Adds somebody who is not a member within the limits, and records it. An invitation that they have is used up.
    ///
    /// - Parameter seq: Number of the event; the next one if nil.
    @discardableResult
    mutating func addMember(
        _ user: User.ID,
        to room: Room.ID,
        role: Member.Role,
        consent: Consent,
        seq: Int64? = nil,
        limits: ChatLimits
    ) throws -> Member {
        if consent == .given { try checkRoomCount(of: user, limits) }
        let counted = try execute(
            "UPDATE rooms SET member_count = member_count + 1 WHERE id = ? AND member_count < ?",
            [room, limits.roomMembers]
        )
        guard counted == 1 else { throw Refusal.roomFull(limit: limits.roomMembers) }
        _ = try withdrawInvitation(of: user, to: room)
        let seq = try seq ?? nextSeq(in: room)
        // What was said before belongs to the room's history, not to the newcomer's unread messages.
        try execute(
            """
            INSERT INTO members (room_id, user_id, role, joined_at, delivered_seq, read_seq, joined_seq, consent)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [room, user, role, now, seq, seq, seq, consent]
        )
        let member = try db.member(user, of: room)
        try record(.memberJoined(member), in: room, seq: seq)
        return member
    }

    /// Rooms that others brought somebody into do not keep them from making and joining their own.
    private func checkRoomCount(of user: User.ID, _ limits: ChatLimits) throws {
        let all = try Int.fetchOne(db, sql: Database.roomCount, arguments: [user]) ?? 0
        guard try all - db.unansweredCount(of: user) < limits.roomsPerPerson else {
            throw Refusal.conflict("Nobody may be in more than \(limits.roomsPerPerson) rooms.", field: "user_id")
        }
    }

    /// Takes one member, or all of them, out of the room, and remembers up to which event they were in it.
    func endMemberships(of room: Room.ID, _ user: User.ID? = nil, seq: Int64, position: Int64) throws {
        try execute(
            """
            INSERT INTO past_memberships (user_id, left_position, room_id, joined_seq, left_seq)
            SELECT user_id, ?, room_id, joined_seq, ? FROM members
            WHERE room_id = ? AND user_id = coalesce(?, user_id)
            """,
            [position, seq, room, user]
        )
        try execute("DELETE FROM members WHERE room_id = ? AND user_id = coalesce(?, user_id)", [room, user])
        if let user { try execute(Database.dropOldPastMemberships, [user, room, Missed.maxStaysPerRoom]) }
    }

    func owners(of room: Room.ID) throws -> Int {
        try Int.fetchOne(
            db,
            sql: "SELECT count(*) FROM members WHERE room_id = ? AND role = 'owner'",
            arguments: [room]
        ) ?? 0
    }

    fileprivate mutating func nameOwner(of room: Room.ID) throws {
        let heir = try User.ID.fetchOne(
            db,
            sql: """
                SELECT user_id FROM members WHERE room_id = ? ORDER BY role = 'admin' DESC, joined_at, user_id LIMIT 1
                """,
            arguments: [room]
        )
        guard let heir else { return }
        _ = try give(.owner, to: heir, in: room)
    }

    mutating func give(_ role: Member.Role, to user: User.ID, in room: Room.ID) throws -> Member {
        try execute("UPDATE members SET role = ? WHERE room_id = ? AND user_id = ?", [role, room, user])
        let member = try db.member(user, of: room)
        try record(.memberUpdated(member), in: room)
        return member
    }
}

extension Database {
    static let dropOldPastMemberships = """
        DELETE FROM past_memberships WHERE user_id = ?1 AND left_position IN (
            SELECT left_position FROM past_memberships WHERE user_id = ?1 AND room_id = ?2
            ORDER BY left_position DESC LIMIT -1 OFFSET ?3)
        """
    static let roomCount = "SELECT count(*) FROM members WHERE user_id = ?"
    static let unansweredCount = "SELECT count(*) FROM members WHERE user_id = ? AND consent <> 'given'"
    static let membersOfRoom = """
        SELECT user_id, role, joined_at, delivered_seq, read_seq, joined_seq, consent FROM members WHERE room_id = ?
        """

    fileprivate func unansweredCount(of user: User.ID) throws -> Int {
        try Int.fetchOne(self, sql: Self.unansweredCount, arguments: [user]) ?? 0
    }

    /// Whether others have brought somebody into so many rooms that the next ones have to ask first. Direct rooms are
    /// among them, of which the oldest gives way.
    fileprivate func isInManyUnansweredRooms(_ user: User.ID, _ limits: ChatLimits) throws -> Bool {
        try unansweredCount(of: user) >= limits.roomsPerPerson + limits.requestsPerPerson
    }

    /// - Throws: `notFound`.
    func member(_ user: User.ID, of room: Room.ID) throws -> Member {
        guard let member = try memberIfAny(user, of: room) else { throw Refusal.notFound() }
        return member
    }

    func memberIfAny(_ user: User.ID, of room: Room.ID) throws -> Member? {
        let statement = try cachedStatement(sql: Self.membersOfRoom + " AND user_id = ?")
        return try Row.fetchOne(statement, arguments: [room, user]).map { try Member(row: $0, db: self) }
    }
}

extension Member {
    init(row: Row, db: Database) throws {
        self.init(
            user: try db.user(row[0]),
            role: row[1],
            joinedAt: row[2],
            deliveredSeq: row[3],
            readSeq: row[4],
            joinedSeq: row[5],
            isPending: row[6] as Consent == .pending
        )
    }
}
