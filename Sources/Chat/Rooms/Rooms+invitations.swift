import GRDB
import Vocabulary

/// An offer to join a room, made to somebody who shares no room with the person who makes it.
package struct Invitation: Sendable, Equatable {
    package let room: Room
    package let user: User
    /// Role that they will have in the room.
    package let role: Member.Role
    package let invitedBy: User
    package let createdAt: Timestamp
}

/// What came of adding somebody to a room.
package enum Addition: Sendable, Equatable {
    /// They are a member now.
    case joined(MemberView)
    /// They become one when they accept.
    case invited(Invitation)

    package var userID: User.ID {
        switch self {
        case .joined(let view): view.member.user.id
        case .invited(let invitation): invitation.user.id
        }
    }

    /// Nil for somebody who has not accepted yet.
    package var member: MemberView? {
        if case .joined(let view) = self { view } else { nil }
    }
}

extension Rooms {
    /// Agrees to be in a room: as somebody who was invited to it, or to whom a stranger wrote in it. Where that is
    /// settled already, nothing changes.
    ///
    /// - Throws: `rateLimited`, `notFound`, `roomFull`, or `conflict` for somebody who is in too many rooms.
    package func accept(_ room: Room.ID, by caller: Caller) async throws -> Outcome<RoomView> {
        let user = caller.user
        try store.begin(\.joins, by: caller)
        return try await make(for: caller, notice: .invitation(to: room, for: user)) {
            [limits = store.limits] transaction in
            if let consent = try transaction.db.consent(of: user, in: room) {
                try transaction.giveConsent(of: user, in: room, from: consent)
            } else {
                guard try transaction.joinInvited(user, to: room, limits) != nil else { throw Refusal.notFound() }
            }
            return try transaction.db.roomView(room, for: user)
        }
    }

    /// Turns an invitation down.
    ///
    /// - Throws: `notFound` where there is none.
    package func declineInvitation(to room: Room.ID, by caller: Caller) async throws {
        let user = caller.user
        store.noteActivity(of: caller)
        try await store.change { transaction in
            guard try transaction.withdrawInvitation(of: user, to: room) else { throw Refusal.notFound() }
            transaction.consequences.notices.append(.invitation(to: room, for: user))
        }
    }

    /// Invitations that wait for the person's answer, newest first; those of people they have blocked apart.
    package func invitations(of user: User.ID) async throws -> [Invitation] {
        try await store.read { [limits = store.limits] db in
            try db.invitations(Database.invitationsOfUser, [user, limits.invitationsPerPerson])
        }
    }

    /// Invitations to a room that wait for an answer, newest first.
    ///
    /// - Throws: `notFound`, `forbidden` for a plain member.
    package func invitations(to room: Room.ID, for viewer: User.ID) async throws -> [Invitation] {
        try await store.read { [limits = store.limits] db in
            try db.requireRole(.admin, in: room, of: viewer, to: "see its invitations")
            return try db.invitations(Database.invitationsOfRoom, [room, limits.roomMembers])
        }
    }
}

extension WriteTransaction {
    /// Offers the room to somebody, or changes the offer that they have. Their oldest invitation gives way to one too
    /// many.
    func invite(
        _ user: User.ID,
        to room: Room.ID,
        role: Member.Role,
        by inviter: User.ID,
        _ limits: ChatLimits
    ) throws -> Invitation {
        let waiting = try Int.fetchOne(db, sql: Database.invitationCount, arguments: [room]) ?? 0
        let isKnown = try db.invitation(of: user, to: room) != nil
        guard isKnown || waiting < limits.roomMembers else {
            throw Refusal.conflict("At most \(limits.roomMembers) invitations to a room may wait for an answer.")
        }
        try execute(
            """
            INSERT INTO invitations (user_id, room_id, role, inviter_id, created_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (user_id, room_id) DO UPDATE SET role = excluded.role, inviter_id = excluded.inviter_id
            """,
            [user, room, role, inviter, now]
        )
        try execute(Database.dropOldInvitations, [user, limits.invitationsPerPerson])
        guard let invitation = try db.invitation(of: user, to: room) else { throw Refusal.notFound() }
        return invitation
    }

    /// Makes somebody a member who was invited.
    ///
    /// - Returns: Nil where they were not.
    mutating func joinInvited(_ user: User.ID, to room: Room.ID, _ limits: ChatLimits) throws -> Member? {
        guard let invitation = try db.invitation(of: user, to: room) else { return nil }
        return try addMember(user, to: room, role: invitation.role, consent: .given, limits: limits)
    }

    /// - Returns: Whether there was one.
    func withdrawInvitation(of user: User.ID, to room: Room.ID) throws -> Bool {
        try execute("DELETE FROM invitations WHERE user_id = ? AND room_id = ?", [user, room]) == 1
    }

    /// Ends the offers of somebody who may not make them any more.
    func withdrawInvitations(by inviter: User.ID, to room: Room.ID) throws {
        try execute("DELETE FROM invitations WHERE inviter_id = ? AND room_id = ?", [inviter, room])
    }
}

extension Database {
    private static let invitationColumns = """
        SELECT invitations.room_id, invitations.user_id, invitations.role, invitations.inviter_id,
            invitations.created_at FROM invitations
        """
    static let invitationOfUser = invitationColumns + " WHERE user_id = ? AND room_id = ?"
    static let invitationsOfUser = """
        \(invitationColumns) WHERE user_id = ?1 AND NOT EXISTS (
            SELECT 1 FROM blocks WHERE blocks.user_id = ?1 AND blocked_id = inviter_id)
        ORDER BY number DESC LIMIT ?2
        """
    static let invitationsOfRoom = invitationColumns + " WHERE room_id = ? ORDER BY number DESC LIMIT ?"
    static let invitationCount = "SELECT count(*) FROM invitations WHERE room_id = ?"
    static let dropOldInvitations = """
        DELETE FROM invitations WHERE user_id = ?1 AND number IN (
            SELECT number FROM invitations WHERE user_id = ?1 ORDER BY number DESC LIMIT -1 OFFSET ?2)
        """

    func invitation(of user: User.ID, to room: Room.ID) throws -> Invitation? {
        try invitations(Self.invitationOfUser, [user, room]).first
    }

    fileprivate func invitations(_ sql: String, _ arguments: StatementArguments) throws -> [Invitation] {
        try Row.fetchAll(cachedStatement(sql: sql), arguments: arguments).map { row in
            Invitation(
                room: try room(row[0]),
                user: try user(row[1]),
                role: row[2],
                invitedBy: try user(row[3]),
                createdAt: row[4]
            )
        }
    }
}
