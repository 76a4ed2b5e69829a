import Vocabulary

/// An invitation to a room, for somebody who shares no room with the inviter.
package struct Invitation: Sendable, Equatable {
    package let room: Room
    package let user: User
    /// Role that the person will have in the room.
    package let role: Member.Role
    package let invitedBy: User
    package let createdAt: Timestamp
}

/// The result of adding somebody to a room.
package enum Addition: Sendable, Equatable {
    /// They are a member now.
    case joined(MemberView)
    /// They become a member when they accept.
    case invited(Invitation)

    package var userID: User.ID {
        switch self {
        case .joined(let view): view.member.user.id
        case .invited(let invitation): invitation.user.id
        }
    }

    /// Nil while the invitation is pending.
    package var member: MemberView? {
        if case .joined(let view) = self { view } else { nil }
    }
}

extension Rooms {
    /// Agrees to be in a room that the caller was invited to, or in which a stranger wrote to them. Agreeing again
    /// changes nothing.
    ///
    /// - Throws: `rateLimited`, `notFound`, `roomFull`, or `conflict` if the caller is in too many rooms.
    package func accept(_ room: Room.ID, by caller: Caller) async throws -> Replayable<RoomView> {
        let user = caller.user
        try store.begin(\.joins, by: caller)
        return try await make(for: caller, about: [.room(room)], notice: .invitation(to: room, for: user)) {
            [limits = store.limits] transaction in
            if let consent = try transaction.db.consent(of: user, in: room) {
                try transaction.giveConsent(of: user, in: room, from: consent)
            } else {
                guard try transaction.joinInvited(user, to: room, limits) != nil else { throw Refusal.notFound() }
            }
            return try transaction.db.roomView(room, for: user)
        }
    }

    /// Declines an invitation.
    ///
    /// - Throws: `notFound` if there is none.
    package func declineInvitation(to room: Room.ID, by caller: Caller) async throws {
        let user = caller.user
        store.noteActivity(of: caller)
        try await store.change(about: [.person(user)], for: .deleting) { transaction in
            guard try transaction.withdrawInvitation(of: user, to: room) else { throw Refusal.notFound() }
            transaction.consequences.notices.append(.invitation(to: room, for: user))
        }
    }

    /// Invitations that wait for the person's answer, newest first, except for those of people they have blocked.
    package func invitations(of user: User.ID) async throws -> [Invitation] {
        try await store.read { [limits = store.limits] db in
            try db.invitations(Snapshot.invitationsOfUser, [user, limits.invitationsPerPerson])
        }
    }

    /// Invitations to a room that wait for an answer, newest first.
    ///
    /// - Throws: `notFound`, `forbidden` for a plain member.
    package func invitations(to room: Room.ID, for viewer: User.ID) async throws -> [Invitation] {
        try await store.read { [limits = store.limits] db in
            try db.requireRole(.admin, in: room, of: viewer, to: "see its invitations")
            return try db.invitations(Snapshot.invitationsOfRoom, [room, limits.roomMembers])
        }
    }
}

extension WriteTransaction {
    /// Invites somebody to the room, or changes the invitation that they have. Above the limit, their oldest invitation
    /// is removed.
    func invite(
        _ user: User.ID,
        to room: Room.ID,
        role: Member.Role,
        by inviter: User.ID,
        _ limits: ChatLimits
    ) throws -> Invitation {
        let waiting = try db.value(Int.self, Snapshot.invitationCount, [room]) ?? 0
        let isKnown = try db.invitedRole(of: user, to: room) != nil
        guard isKnown || waiting < limits.roomMembers else {
            throw Refusal.conflict("A room may have at most \(limits.roomMembers) pending invitations.")
        }
        try execute(
            """
            INSERT INTO invitations (user_id, room_id, role, inviter_id, created_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (user_id, room_id) DO UPDATE SET role = excluded.role, inviter_id = excluded.inviter_id
            """,
            [user, room, role, inviter, now]
        )
        try execute(Snapshot.dropOldInvitations, [user, limits.invitationsPerPerson])
        guard let invitation = try db.invitation(of: user, to: room) else { throw Refusal.notFound() }
        return invitation
    }

    /// Makes an invited person a member.
    ///
    /// - Returns: Nil if they have no invitation.
    mutating func joinInvited(_ user: User.ID, to room: Room.ID, _ limits: ChatLimits) throws -> Member? {
        guard let role = try db.invitedRole(of: user, to: room) else { return nil }
        return try addMember(user, to: room, role: role, consent: .given, limits: limits)
    }

    /// - Returns: Whether there was an invitation.
    func withdrawInvitation(of user: User.ID, to room: Room.ID) throws -> Bool {
        try execute("DELETE FROM invitations WHERE user_id = ? AND room_id = ?", [user, room]) == 1
    }

    /// Withdraws the invitations of somebody who may no longer invite.
    func withdrawInvitations(by inviter: User.ID, to room: Room.ID) throws {
        try execute("DELETE FROM invitations WHERE inviter_id = ? AND room_id = ?", [inviter, room])
    }
}

extension Snapshot {
    private static func invitations(where condition: String) -> String {
        """
        SELECT \(roomColumns), invitations.user_id, invitations.role, invitations.inviter_id, invitations.created_at
        FROM invitations CROSS JOIN rooms WHERE rooms.id = invitations.room_id AND \(condition)
        """
    }

    static let invitationOfUser = invitations(where: "invitations.user_id = ? AND invitations.room_id = ?")
    static let invitationsOfUser = invitations(
        where: """
            invitations.user_id = ?1 AND NOT EXISTS (
                SELECT 1 FROM blocks WHERE blocks.user_id = ?1 AND blocks.blocked_id = invitations.inviter_id)
            ORDER BY invitations.number DESC LIMIT ?2
            """
    )
    static let invitationsOfRoom = invitations(
        where: "invitations.room_id = ? ORDER BY invitations.number DESC LIMIT ?"
    )
    static let invitedRole = "SELECT role FROM invitations WHERE user_id = ? AND room_id = ?"
    static let invitationCount = "SELECT count(*) FROM invitations WHERE room_id = ?"
    static let dropOldInvitations = """
        DELETE FROM invitations WHERE user_id = ?1 AND number <= (
            SELECT newest.number FROM invitations AS newest WHERE newest.user_id = ?1
            ORDER BY newest.number DESC LIMIT 1 OFFSET ?2)
        """

    func invitation(of user: User.ID, to room: Room.ID) throws -> Invitation? {
        try invitations(Self.invitationOfUser, [user, room]).first
    }

    /// Role that somebody was offered; nil if they have no invitation.
    fileprivate func invitedRole(of user: User.ID, to room: Room.ID) throws -> Member.Role? {
        try value(Member.Role.self, Self.invitedRole, [user, room])
    }

    fileprivate func invitations(_ sql: String, _ values: SQLValues) throws -> [Invitation] {
        let records = try all(sql, values) { InvitationRecord(row: $0) }
        let people = try users(Set(records.flatMap { [$0.userID, $0.inviterID] }))
        return try records.map { record in
            guard let user = people[record.userID], let inviter = people[record.inviterID] else {
                throw Refusal.notFound()
            }
            return Invitation(
                room: record.room,
                user: user,
                role: record.role,
                invitedBy: inviter,
                createdAt: record.createdAt
            )
        }
    }
}

/// An invitation before its people are loaded.
private struct InvitationRecord {
    let room: Room
    let userID: User.ID
    let role: Member.Role
    let inviterID: User.ID
    let createdAt: Timestamp

    /// Reads a row of `invitations(where:)`.
    init(row: ResultRow) {
        room = Room(row: row)
        userID = row[7]
        role = row[8]
        inviterID = row[9]
        createdAt = row[10]
    }
}
