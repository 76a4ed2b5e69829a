/// How somebody becomes a member.
extension WriteTransaction {
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

    /// Lets somebody join a public room, or one that they are invited to.
    private mutating func join(
        _ user: User.ID,
        _ room: Room.ID,
        as role: Member.Role,
        _ limits: ChatLimits
    ) throws -> MemberView {
        guard role == .member else { throw Refusal.forbidden("You can only join as a member.") }
        if let member = try joinInvited(user, to: room, limits) {
            return MemberView(member: member, showsActivity: true)
        }
        let view = try db.roomView(room, for: user)
        guard view.room.kind != .direct else { throw Refusal.conflict("The members of a direct room cannot change.") }
        guard view.role == nil else { throw Refusal.conflict("You are already a member.", field: "user_id") }
        guard try !db.exists(Snapshot.ban, [room, user]) else {
            throw Refusal.forbidden("You were removed from this room. An owner or admin can let you in again.")
        }
        let member = try addMember(user, to: room, role: .member, consent: .given, limits: limits)
        return MemberView(member: member, showsActivity: true)
    }

    private func checkMayAdd(
        _ user: User.ID,
        to room: Room.ID,
        role: Member.Role,
        by actor: User.ID
    ) throws {
        let view = try db.roomView(room, for: actor)
        guard view.room.kind != .direct else { throw Refusal.conflict("The members of a direct room cannot change.") }
        guard let own = view.role else { throw Refusal.notFound() }
        guard own >= .admin else { throw Refusal.forbidden("Only an owner or admin may add members.") }
        guard role == .member || own == .owner else { throw Refusal.forbidden("Only an owner may add admins.") }
        guard try db.userExists(user) else {
            throw Refusal.notFound(field: "user_id")
        }
        guard try !db.exists(Snapshot.membership, [room, user]) else {
            throw Refusal.conflict("This person is already a member.", field: "user_id")
        }
    }

    /// Adds somebody who is not a member, within the limits, and records the event. If they have an invitation, it is
    /// used up.
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
        let newest = try db.value(
            Int64.self,
            Snapshot.countJoining,
            [seq == nil ? 1 : 0, room, limits.roomMembers]
        )
        guard let newest else { throw Refusal.roomFull(limit: limits.roomMembers) }
        _ = try withdrawInvitation(of: user, to: room)
        let seq = seq ?? newest
        // Earlier messages belong to the room's history, not to the new member's unread messages.
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

    /// Rooms that others added somebody to do not keep them from creating and joining rooms themselves.
    private func checkRoomCount(of user: User.ID, _ limits: ChatLimits) throws {
        let count = try db.value(Int.self, Snapshot.agreedRoomCount, [user]) ?? 0
        guard count < limits.roomsPerPerson else {
            throw Refusal.conflict("A person may be in at most \(limits.roomsPerPerson) rooms.", field: "user_id")
        }
    }
}

extension Snapshot {
    static let countJoining = """
        UPDATE rooms SET member_count = member_count + 1, last_seq = last_seq + ?
        WHERE id = ? AND member_count < ? RETURNING last_seq
        """

    static let unansweredCount = "SELECT count(*) FROM members WHERE user_id = ?1 AND consent <> 'given'"
    /// By subtraction, because one index has all rooms of a person, and another one those without consent.
    static let agreedRoomCount = """
        SELECT (SELECT count(*) FROM members WHERE user_id = ?1) - (\(unansweredCount))
        """

    /// Whether others have added somebody to so many rooms that further ones need an invitation. Unanswered direct
    /// rooms are included, which have a limit of their own.
    fileprivate func isInManyUnansweredRooms(_ user: User.ID, _ limits: ChatLimits) throws -> Bool {
        let count = try value(Int.self, Self.unansweredCount, [user]) ?? 0
        return count >= limits.roomsPerPerson + limits.requestsPerPerson
    }
}
