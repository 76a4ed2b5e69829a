import GRDB

extension Store {
    /// The room's members, longest first.
    ///
    /// - Throws: `notFound` for anybody who is not one of them.
    package func members(of room: Room.ID, for viewer: User.ID) async throws -> [Member] {
        try await read { db in
            try db.requireMember(viewer, of: room)
            let rows = try Row.fetchAll(db.cachedStatement(sql: Database.membersOfRoom), arguments: [room])
            return try rows.map { try Member(row: $0, db: db) }
                .sorted { ($0.joinedAt, $0.user.id) < ($1.joinedAt, $1.user.id) }
        }
    }

    /// Adds somebody: oneself to a public room, others by owner or admin.
    ///
    /// - Throws: `notFound`, `forbidden`, `roomFull`, or `conflict` for somebody who is a member already.
    package func addMember(
        _ user: User.ID,
        to room: Room.ID,
        role: Member.Role,
        by actor: User.ID,
        once request: OnceRequest? = nil
    ) async throws -> Outcome<Member> {
        try await change { [limits] change in
            try change.once(request, subject: \.user.id) { db, user in
                // Who has left meanwhile sees no members any more, not even the one they added.
                try db.requireMember(actor, of: room)
                return try db.member(user, of: room)
            } make: { change in
                try change.checkMayAdd(user, to: room, role: role, by: actor)
                return try change.addMember(user, to: room, role: role, limits: limits)
            }
        }
    }

    /// Gives a member another role.
    ///
    /// - Throws: `notFound`, `forbidden` for anybody but an owner, `conflict` when no owner would be left.
    package func setRole(
        _ role: Member.Role,
        of user: User.ID,
        in room: Room.ID,
        by actor: User.ID
    ) async throws -> Member {
        try await change { change in
            let view = try change.db.requireRole(.owner, in: room, of: actor, to: "change roles")
            guard view.room.kind != .direct else { throw Refusal.conflict("A direct room has no roles to change.") }
            let member = try change.db.member(user, of: room)
            guard member.role != role else { return member }
            if member.role == .owner, try change.owners(of: room) == 1 {
                throw Refusal.conflict("A room needs an owner. Name another one first.", field: "role")
            }
            return try change.give(role, to: user, in: room)
        }
    }

    /// Takes somebody out of a room, oneself or another. When the last owner leaves, the longest-standing admin, else
    /// member, becomes owner; with its last member the room goes.
    ///
    /// - Returns: Attachments that nobody may fetch any more.
    /// - Throws: `notFound`, `forbidden`, or `conflict` for a direct room.
    package func removeMember(
        _ user: User.ID,
        from room: Room.ID,
        by actor: User.ID
    ) async throws -> [Attachment.ID] {
        try await change { change in
            try change.checkMayRemove(user, from: room, by: actor)
            try change.execute("UPDATE rooms SET member_count = member_count - 1 WHERE id = ?", [room])
            let seq = try change.nextSeq(in: room)
            let position = try change.record(.memberLeft(user), in: room, seq: seq)
            try change.endMemberships(of: room, user, seq: seq, position: position)
            guard try change.db.room(room).memberCount > 0 else { return try change.deleteRoom(room) }
            if try change.owners(of: room) == 0 { try change.nameOwner(of: room) }
            return []
        }
    }
}

extension Change {
    fileprivate func checkMayAdd(
        _ user: User.ID,
        to room: Room.ID,
        role: Member.Role,
        by actor: User.ID
    ) throws {
        let view = try db.roomView(room, for: actor)
        guard view.room.kind != .direct else { throw Refusal.conflict("A direct room stays with its two people.") }
        if user == actor {
            guard view.role == nil else { throw Refusal.conflict("You are a member already.", field: "user_id") }
            guard role == .member else { throw Refusal.forbidden("Who joins a room begins as a member.") }
            return
        }
        guard let own = view.role else { throw Refusal.notFound() }
        guard own >= .admin else { throw Refusal.forbidden("Only an owner or admin may add members.") }
        guard role == .member || own == .owner else { throw Refusal.forbidden("Only an owner may name admins.") }
    }

    fileprivate func checkMayRemove(_ user: User.ID, from room: Room.ID, by actor: User.ID) throws {
        let view = try db.requireMember(actor, of: room)
        guard view.room.kind != .direct else { throw Refusal.conflict("A direct room stays with its two people.") }
        guard user != actor else { return }
        let member = try db.member(user, of: room)
        guard let own = view.role, own >= .admin, own > member.role || own == .owner else {
            throw Refusal.forbidden("Only an owner, or an admin for plain members, may remove somebody.")
        }
    }

    /// Adds a member within the room's limit and records it.
    @discardableResult
    mutating func addMember(
        _ user: User.ID,
        to room: Room.ID,
        role: Member.Role,
        limits: ChatLimits
    ) throws -> Member {
        guard try db.exists("SELECT 1 FROM users WHERE id = ?", [user]) else {
            throw Refusal.notFound(field: "user_id")
        }
        guard try !db.exists("SELECT 1 FROM members WHERE room_id = ? AND user_id = ?", [room, user]) else {
            throw Refusal.conflict("They are a member already.", field: "user_id")
        }
        let rooms = try Int.fetchOne(db, sql: "SELECT count(*) FROM members WHERE user_id = ?", arguments: [user]) ?? 0
        guard rooms < limits.roomsPerPerson else {
            throw Refusal.conflict("Nobody may be in more than \(limits.roomsPerPerson) rooms.", field: "user_id")
        }
        let counted = try execute(
            "UPDATE rooms SET member_count = member_count + 1 WHERE id = ? AND member_count < ?",
            [room, limits.roomMembers]
        )
        guard counted == 1 else { throw Refusal.roomFull(limit: limits.roomMembers) }
        let seq = try nextSeq(in: room)
        // What was said before belongs to the room's history, not to the newcomer's unread messages.
        try execute(
            """
            INSERT INTO members (room_id, user_id, role, joined_at, delivered_seq, read_seq, joined_seq)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [room, user, role, now, seq, seq, seq]
        )
        let member = try db.member(user, of: room)
        try record(.memberJoined(member), in: room, seq: seq)
        return member
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

    fileprivate func owners(of room: Room.ID) throws -> Int {
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

    fileprivate mutating func give(_ role: Member.Role, to user: User.ID, in room: Room.ID) throws -> Member {
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
    static let membersOfRoom = """
        SELECT user_id, role, joined_at, delivered_seq, read_seq FROM members WHERE room_id = ?
        """

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
    fileprivate init(row: Row, db: Database) throws {
        self.init(
            user: try db.user(row[0]),
            role: row[1],
            joinedAt: row[2],
            deliveredSeq: row[3],
            readSeq: row[4]
        )
    }
}
