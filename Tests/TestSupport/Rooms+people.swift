import Chat

/// Operations of a signed-in person, whatever the session.
extension Rooms {
    package func create(
        kind: Room.Kind,
        name: String,
        topic: String?,
        owner: User.ID,
        request: IdempotentRequest? = nil
    ) async throws -> Replayable<RoomView> {
        try await create(kind: kind, name: name, topic: topic, by: caller(owner, request))
    }

    package func directRoom(
        of user: User.ID,
        and other: User.ID,
        request: IdempotentRequest? = nil
    ) async throws -> Replayable<RoomView> {
        try await directRoom(with: other, by: caller(user, request))
    }

    package func update(_ id: Room.ID, name: String?, topic: String?, by user: User.ID) async throws -> RoomView {
        try await update(id, name: name, topic: topic, by: caller(user))
    }

    package func delete(_ id: Room.ID, by user: User.ID) async throws {
        try await delete(id, by: caller(user))
    }

    package func setHidden(_ isHidden: Bool, _ room: Room.ID, of user: User.ID) async throws {
        try await setHidden(isHidden, room, by: caller(user))
    }

    package func announceTyping(by user: User.ID, in room: Room.ID) async throws {
        try await announceTyping(in: room, by: caller(user))
    }

    package func markRead(_ room: Room.ID, upTo seq: Int64, by user: User.ID) async throws {
        try await markRead(room, upTo: seq, by: caller(user))
    }

    fileprivate func caller(_ user: User.ID, _ request: IdempotentRequest? = nil) -> Caller {
        Caller(user: user, session: .random(), idempotentRequest: request)
    }
}

extension Rooms {
    package func addMember(
        _ user: User.ID,
        to room: Room.ID,
        role: Member.Role,
        by actor: User.ID,
        request: IdempotentRequest? = nil
    ) async throws -> Replayable<Addition> {
        try await addMember(user, to: room, role: role, by: caller(actor, request))
    }

    package func setRole(
        _ role: Member.Role,
        of user: User.ID,
        in room: Room.ID,
        by actor: User.ID
    ) async throws -> MemberView {
        try await setRole(role, of: user, in: room, by: caller(actor))
    }

    package func removeMember(
        _ user: User.ID,
        from room: Room.ID,
        by actor: User.ID,
        bans: Bool = true
    ) async throws {
        try await removeMember(user, from: room, by: caller(actor), bans: bans)
    }

    package func ban(_ user: User.ID, from room: Room.ID, by actor: User.ID) async throws {
        try await ban(user, from: room, by: caller(actor))
    }

    package func liftBan(of user: User.ID, from room: Room.ID, by actor: User.ID) async throws {
        try await liftBan(of: user, from: room, by: caller(actor))
    }

    package func accept(
        _ room: Room.ID,
        by user: User.ID,
        request: IdempotentRequest? = nil
    ) async throws -> Replayable<RoomView> {
        try await accept(room, by: caller(user, request))
    }

    package func declineInvitation(to room: Room.ID, by user: User.ID) async throws {
        try await declineInvitation(to: room, by: caller(user))
    }
}
