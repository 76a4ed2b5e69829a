/// How memberships end, and who owns the room afterwards.
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
        let membersLeft = try endMemberships(of: user, in: [room])[room] ?? 0
        try withdrawInvitations(by: user, to: room)
        try settle(room, membersLeft: membersLeft)
    }

    /// Gives a room an owner if the last one has left, and deletes it if nobody is left.
    mutating func settle(_ room: Room.ID, membersLeft: Int) throws {
        guard membersLeft > 0 else { return try deleteRoom(room) }
        if try owners(of: room) == 0 { try nameOwner(of: room) }
    }

    /// Removes a member from these rooms, and stores the last event of each membership.
    ///
    /// - Returns: The number of members that each room has left.
    @discardableResult
    mutating func endMemberships(of user: User.ID, in rooms: [Room.ID]) throws -> [Room.ID: Int] {
        guard !rooms.isEmpty else { return [:] }
        let list = SQLList(rooms)
        var (seqs, counts): ([Room.ID: Int64], [Room.ID: Int]) = ([:], [:])
        try db.forEach(Snapshot.countLeaving(list.places), list.values) { row in
            let room: Room.ID = row[0]
            (seqs[room], counts[room]) = (row[1], row[2])
        }
        for sql in [Snapshot.rememberMemberships(list.places), Snapshot.endMemberships(list.places)] {
            try execute(sql, [user] + list.values)
        }
        try execute(
            Snapshot.dropOldPastMemberships(list.places),
            [user] + list.values + [MissedEvents.maxPastMembershipsPerRoom]
        )
        for room in rooms {
            if let seq = seqs[room] { try record(.memberLeft(user), in: room, seq: seq) }
        }
        return counts
    }

    private func checkMayRemove(
        _ user: User.ID,
        from room: Room.ID,
        by actor: User.ID,
        _ view: RoomView
    ) throws {
        guard view.room.kind != .direct else { throw Refusal.conflict("The members of a direct room cannot change.") }
        guard user != actor else { return }
        guard let role = try db.value(Member.Role.self, Snapshot.roleOfMember, [room, user]) else {
            throw Refusal.notFound()
        }
        guard let own = view.role, own >= .admin, own > role || own == .owner else {
            throw Refusal.forbidden("Only an owner may remove any member, and an admin only plain members.")
        }
    }

    /// Removes all members from the room, and stores its last event as the end of their memberships.
    func endAllMemberships(of room: Room.ID, seq: Int64) throws {
        try execute(
            """
            INSERT INTO past_memberships (user_id, room_id, joined_seq, left_seq)
            SELECT user_id, room_id, joined_seq, ? FROM members WHERE room_id = ?
            """,
            [seq, room]
        )
        try execute("DELETE FROM members WHERE room_id = ?", [room])
    }

    func owners(of room: Room.ID) throws -> Int {
        try db.value(
            Int.self,
            "SELECT count(*) FROM members WHERE room_id = ? AND role = 'owner'",
            [room]
        ) ?? 0
    }

    private mutating func nameOwner(of room: Room.ID) throws {
        let heir = try db.value(
            User.ID.self,
            """
            SELECT user_id FROM members WHERE room_id = ? ORDER BY role = 'admin' DESC, joined_at, user_id LIMIT 1
            """,
            [room]
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

extension Snapshot {
    static func countLeaving(_ places: String) -> String {
        """
        UPDATE rooms SET member_count = member_count - 1, last_seq = last_seq + 1
        WHERE id IN (\(places)) RETURNING id, last_seq, member_count
        """
    }

    /// Must run after the rooms' numbers have been advanced to the events that end the memberships.
    static func rememberMemberships(_ places: String) -> String {
        """
        INSERT INTO past_memberships (user_id, room_id, joined_seq, left_seq)
        SELECT members.user_id, members.room_id, members.joined_seq, rooms.last_seq
        FROM members CROSS JOIN rooms
        WHERE rooms.id = members.room_id AND members.user_id = ? AND members.room_id IN (\(places))
        """
    }

    static func endMemberships(_ places: String) -> String {
        "DELETE FROM members WHERE user_id = ? AND room_id IN (\(places))"
    }

    static func dropOldPastMemberships(_ places: String) -> String {
        """
        DELETE FROM past_memberships WHERE user_id = ? AND room_id IN (\(places)) AND left_seq <= (
            SELECT newest.left_seq FROM past_memberships AS newest
            WHERE newest.user_id = past_memberships.user_id AND newest.room_id = past_memberships.room_id
            ORDER BY newest.left_seq DESC LIMIT 1 OFFSET ?)
        """
    }
}
