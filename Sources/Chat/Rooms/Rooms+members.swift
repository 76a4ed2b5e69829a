extension Rooms {
    /// The room's members, longest-standing first.
    ///
    /// - Throws: `notFound` for anybody who is not a member.
    package func members(of room: Room.ID, for viewer: User.ID) async throws -> [MemberView] {
        try await store.read { db in
            let members = try db.members(of: room)
            guard members.contains(where: { $0.user.id == viewer }) else { throw Refusal.notFound() }
            let blocked = try db.blockedEitherWay(with: viewer)
            return members.sorted { ($0.joinedAt, $0.user.id) < ($1.joinedAt, $1.user.id) }
                .map { member in
                    let isHidden = member.isPending || blocked.contains(member.user.id)
                    return MemberView(member: member, showsActivity: member.user.id == viewer || !isHidden)
                }
        }
    }

    /// Adds somebody. People add themselves to public rooms and to rooms that they are invited to; owners and admins
    /// add others. Somebody who shares no room with the caller is invited instead.
    ///
    /// - Throws: `rateLimited`; `notFound`; `forbidden`, also for a caller who is banned; `roomFull`; `conflict` if the
    ///   person is already a member.
    package func addMember(
        _ user: User.ID,
        to room: Room.ID,
        role: Member.Role,
        by caller: Caller
    ) async throws -> Replayable<Addition> {
        let actor = caller.user
        try await beginAdding(user, by: caller)
        let subjects: [Subject] = [.room(room), .person(user), .person(actor)]
        return try await store.change(about: subjects) { [limits = store.limits] transaction in
            let added = try transaction.idempotent(caller.idempotentRequest, subject: \.userID) { db, user in
                // After leaving the room, the caller can no longer see its members, including the one they added.
                try db.requireMember(actor, of: room)
                if let invitation = try db.invitation(of: user, to: room) { return .invited(invitation) }
                return .joined(try db.view(of: db.member(user, of: room), for: actor))
            } make: { transaction in
                try transaction.add(user, to: room, role: role, by: actor, limits)
            }
            // Also after joining, which uses up an invitation.
            if user == actor || added.member == nil {
                transaction.consequences.notices.append(.invitation(to: room, for: user))
            }
            return added
        }
    }

    private func beginAdding(_ user: User.ID, by caller: Caller) async throws {
        guard user != caller.user else {
            try store.begin(\.joins, by: caller)
            return
        }
        try store.begin(\.adds, by: caller)
        // An invitation contacts a stranger, as a direct room does.
        let areAcquainted = try await store.read { try $0.areAcquainted(caller.user, user) }
        if !areAcquainted { try store.begin(\.direct, by: caller) }
    }

    /// Changes the role of a member.
    ///
    /// - Throws: `rateLimited`, `notFound`, `forbidden` for anybody but an owner, `conflict` if no owner would be left.
    package func setRole(
        _ role: Member.Role,
        of user: User.ID,
        in room: Room.ID,
        by caller: Caller
    ) async throws -> MemberView {
        let actor = caller.user
        try store.begin(\.roles, by: caller)
        return try await store.change(about: [.room(room)]) { transaction in
            let view = try transaction.db.requireRole(.owner, in: room, of: actor, to: "change roles")
            guard view.room.kind != .direct else { throw Refusal.conflict("A direct room has no roles to change.") }
            let member = try transaction.db.member(user, of: room)
            guard member.role != role else { return try transaction.db.view(of: member, for: actor) }
            if member.role == .owner, try transaction.owners(of: room) == 1 {
                throw Refusal.conflict("A room needs an owner. Make somebody else an owner first.", field: "role")
            }
            if role < member.role { try transaction.withdrawInvitations(by: user, to: room) }
            return try transaction.db.view(of: transaction.give(role, to: user, in: room), for: actor)
        }
    }

    /// Removes the caller or another person from a room, or withdraws their invitation. When the last owner leaves, the
    /// longest-standing admin becomes owner, or else the longest-standing member. The room is deleted with its last
    /// member.
    ///
    /// - Parameter bans: Whether somebody who is removed from a public room by another person is banned from it.
    /// - Throws: `rateLimited`, `notFound`, `forbidden`, or `conflict` for a direct room.
    package func removeMember(
        _ user: User.ID,
        from room: Room.ID,
        by caller: Caller,
        bans: Bool = true
    ) async throws {
        let actor = caller.user
        if user == actor { store.noteActivity(of: caller) } else { try store.begin(\.removals, by: caller) }
        try await store.change(about: [.room(room), .person(user)], for: .deleting) { transaction in
            try transaction.removeMember(user, from: room, by: actor, bans: bans)
            transaction.consequences.notices.append(.invitation(to: room, for: user))
        }
    }
}
