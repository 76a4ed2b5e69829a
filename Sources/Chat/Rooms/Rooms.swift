/// Rooms, their members, invitations and bans.
package struct Rooms: Sendable {
    let store: Store

    /// Creates a public or private room with the caller as its owner and first member.
    ///
    /// - Throws: `invalid` for a name or topic that is not allowed, which does not count against the rate limit;
    ///   `rateLimited`.
    package func create(
        kind: Room.Kind,
        name: String,
        topic: String?,
        by caller: Caller
    ) async throws -> Replayable<RoomView> {
        precondition(kind != .direct, "a direct room is made by directRoom(with:by:)")
        let (name, topic) = (try Room.check(name: name), try topic.map(Room.check(topic:)))
        try store.begin(\.rooms, by: caller)
        return try await make(for: caller, about: []) { [limits = store.limits] transaction in
            let room = try transaction.insertRoom(kind: kind, name: name, topic: topic, directKey: nil)
            try transaction.addMember(caller.user, to: room, role: .owner, consent: .given, limits: limits)
            return RoomView(room: try transaction.db.room(room), role: .owner)
        }
    }

    /// Makes a change that results in a room, unless an earlier request with the caller's key has made it.
    ///
    /// - Parameter subjects: What the change depends on, besides the caller.
    func make(
        for caller: Caller,
        about subjects: [Subject],
        notice: Notice? = nil,
        _ make: @escaping @Sendable (inout WriteTransaction) throws -> RoomView
    ) async throws -> Replayable<RoomView> {
        try await store.change(about: [.person(caller.user)] + subjects) { transaction in
            // A repeat sends the notice again: the client may have missed the first one.
            if let notice { transaction.consequences.notices.append(notice) }
            return try transaction.idempotent(
                caller.idempotentRequest,
                subject: \.room.id,
                replay: { try $0.roomView($1, for: caller.user) },
                make: make
            )
        }
    }

    /// The room as `viewer` sees it.
    ///
    /// - Throws: `notFound`, also for a room that is neither public nor one of theirs.
    package func room(_ id: Room.ID, for viewer: User.ID) async throws -> RoomView {
        try await store.read { try $0.roomView(id, for: viewer) }
    }

    /// - Throws: `notFound` unless the person is a member.
    package func checkMember(_ user: User.ID, of room: Room.ID) async throws {
        let memberships = store.memberships
        guard !memberships.contains(user, in: room) else { return }
        let generation = memberships.generation
        try await store.read { try $0.requireMembership(of: user, in: room) }
        memberships.insert(user, in: room, generation: generation)
    }

    /// Notifies the other members of the room that the caller is typing.
    ///
    /// - Throws: `notFound` unless the caller is a member.
    package func announceTyping(in room: Room.ID, by caller: Caller) async throws {
        store.noteActivity(of: caller)
        try await checkMember(caller.user, of: room)
        var consequences = Consequences()
        consequences.notices = [.typing(caller.user, in: room)]
        await store.follow(consequences)
    }

    /// The person's rooms, newest activity first: those that they have not hidden, or only the hidden ones.
    package func list(of user: User.ID, hidden: Bool = false) async throws -> [RoomSummary] {
        try await store.read { [limits = store.limits] db in
            let listed = try db.all(
                hidden ? Snapshot.hiddenRoomsOfUser : Snapshot.roomsOfUser,
                [user, limits.unreadCounted, limits.listedRooms]
            ) { ListedRoom(row: $0, for: user) }
            let messages = try db.messages(listed.compactMap(\.lastMessage))
            // Sorted here, because a list this short does not justify an index that every message would have to update.
            return listed.sorted { ($0.activity, $0.view.room.id) > ($1.activity, $1.view.room.id) }
                .map { room in
                    RoomSummary(
                        view: room.view,
                        lastMessage: room.lastMessage.flatMap { messages[$0] },
                        unreadCount: room.unreadCount
                    )
                }
        }
    }

    /// A page of the public rooms that the person can join and is not banned from, and whose name has a word that
    /// begins with `query`, ordered by these words; if `query` is empty, of all of them, ordered by name.
    ///
    /// - Parameter cursor: Where the previous page ended.
    package func joinable(
        for user: User.ID,
        matching query: String,
        after cursor: SearchCursor? = nil
    ) async throws -> SearchPage<Room> {
        let prefix = FoldedText.fold(query)
        return try await store.read { [limits = store.limits] db in
            let found = try db.joinableRooms(for: user, prefix: prefix, after: cursor, limit: limits.roomsFound + 1)
            return SearchPage(found, limit: limits.roomsFound)
        }
    }

    /// Changes the name or topic; nil leaves it as it is.
    ///
    /// - Throws: `rateLimited`, `invalid` for a name or topic that is not allowed, `notFound`, `forbidden` for a plain
    ///   member, `conflict` for a direct room's name.
    package func update(
        _ id: Room.ID,
        name: String?,
        topic: String?,
        by caller: Caller
    ) async throws -> RoomView {
        let user = caller.user
        try store.begin(\.roomChanges, by: caller)
        let (name, topic) = (try name.map(Room.check(name:)), try topic.map(Room.check(topic:)))
        return try await store.change(about: [.room(id)]) { transaction in
            let view = try transaction.db.requireRole(.admin, in: id, of: user, to: "change the room")
            guard view.room.kind != .direct || name == nil else {
                throw Refusal.conflict("A direct room has no name.", field: "name")
            }
            // The other person reads a topic like a message.
            if let other = view.otherID { try transaction.db.checkMayWrite(user, to: other) }
            let room = try transaction.updateRoom(id, name: name, topic: topic)
            if let name, room.kind == .public { try transaction.db.indexRoom(id, name: name) }
            try transaction.record(.roomUpdated(room), in: id, seq: room.lastSeq)
            return RoomView(room: room, role: view.role, isPending: view.isPending, otherID: view.otherID)
        }
    }

    /// Deletes a room for everybody. When the method returns, its messages and files are no longer accessible; the
    /// janitor removes them from the disk later.
    ///
    /// - Throws: `notFound`, `forbidden` for anybody but an owner, `conflict` for a direct room.
    package func delete(_ id: Room.ID, by caller: Caller) async throws {
        store.noteActivity(of: caller)
        try await store.change(about: [.room(id)], for: .deleting) { transaction in
            let view = try transaction.db.requireRole(.owner, in: id, of: caller.user, to: "delete the room")
            guard view.room.kind != .direct else { throw Refusal.conflict("A direct room cannot be deleted.") }
            try transaction.deleteRoom(id)
        }
    }
}

extension Store {
    package var rooms: Rooms { Rooms(store: self) }
}
