import Foundation
import GRDB

extension Store {
    /// Makes a public or private room with `owner` as its first member.
    package func createRoom(
        kind: Room.Kind,
        name: String,
        topic: String?,
        owner: User.ID,
        once request: OnceRequest? = nil
    ) async throws -> Outcome<RoomView> {
        precondition(kind != .direct, "a direct room is made by directRoom(of:and:)")
        return try await changeRoom(for: owner, once: request) { [limits] transaction in
            let room = try transaction.insertRoom(kind: kind, name: name, topic: topic, directKey: nil)
            try transaction.addMember(owner, to: room, role: .owner, consent: .given, limits: limits)
            return RoomView(room: try transaction.db.room(room), role: .owner)
        }
    }

    func changeRoom(
        for user: User.ID,
        once request: OnceRequest?,
        notice: Notice? = nil,
        _ make: @escaping @Sendable (inout WriteTransaction) throws -> RoomView
    ) async throws -> Outcome<RoomView> {
        try await change { transaction in
            // Of a repeat too: the client may have missed it the first time.
            if let notice { transaction.consequences.notices.append(notice) }
            return try transaction.once(
                request,
                subject: \.room.id,
                again: { try $0.roomView($1, for: user) },
                make: make
            )
        }
    }

    /// The room as `viewer` sees it.
    ///
    /// - Throws: `notFound` also for a room that is neither public nor theirs.
    package func room(_ id: Room.ID, for viewer: User.ID) async throws -> RoomView {
        try await read { try $0.roomView(id, for: viewer) }
    }

    /// - Throws: `notFound` unless the person is a member.
    package func checkMember(_ user: User.ID, of room: Room.ID) async throws {
        guard !memberships.contains(user, in: room) else { return }
        let generation = memberships.generation
        try await read { try $0.requireMembership(of: user, in: room) }
        memberships.insert(user, in: room, generation: generation)
    }

    /// Lets the others in the room know that somebody is typing.
    ///
    /// - Throws: `notFound` unless the person is a member.
    package func announceTyping(by user: User.ID, in room: Room.ID) async throws {
        try await checkMember(user, of: room)
        var consequences = Consequences()
        consequences.notices = [.typing(user, in: room)]
        await follow(consequences)
    }

    /// The viewer's rooms, newest activity first: those that they have not hidden, or those alone that they have.
    package func rooms(of user: User.ID, hidden: Bool = false) async throws -> [RoomSummary] {
        try await read { [limits] db in
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: hidden ? Database.hiddenRoomsOfUser : Database.roomsOfUser),
                arguments: [user, limits.listedRooms]
            )
            // Sorted here: a list this short is not worth an index that every message would have to move.
            return try rows.map { row in
                (activity: row[11] as Int64, summary: try RoomSummary(row: row, of: user, db: db, limits))
            }
            .sorted { ($0.activity, $0.summary.view.room.id) > ($1.activity, $1.summary.view.room.id) }
            .map(\.summary)
        }
    }

    /// A page of the public rooms that the viewer could join, is not banned from, and of whose name a word begins with
    /// `query`, in the order of those words; all of them by name where it is empty.
    ///
    /// - Parameter cursor: Where the page before ended.
    package func joinableRooms(
        for user: User.ID,
        matching query: String,
        after cursor: SearchCursor? = nil
    ) async throws -> SearchPage<Room> {
        let prefix = FoldedText.fold(query)
        return try await read { [limits] db in
            let rows = try db.joinableRooms(for: user, prefix: prefix, after: cursor, limit: limits.roomsFound + 1)
            let found = rows.map { row in
                let room = Room(row: row)
                return (item: room, cursor: SearchCursor(text: row[7], key: room.id.description))
            }
            return SearchPage(found, limit: limits.roomsFound)
        }
    }

    /// Changes name or topic; nil leaves it.
    ///
    /// - Throws: `notFound`, `forbidden` for a plain member, `conflict` for a direct room's name.
    package func updateRoom(
        _ id: Room.ID,
        name: String?,
        topic: String?,
        by user: User.ID
    ) async throws -> RoomView {
        try await change { transaction in
            let view = try transaction.db.requireRole(.admin, in: id, of: user, to: "change the room")
            guard view.room.kind != .direct || name == nil else {
                throw Refusal.conflict("A direct room has no name.", field: "name")
            }
            // A topic is read by the other one like a message.
            if let other = view.otherID { try transaction.db.checkMayWrite(user, to: other) }
            try transaction.execute(
                "UPDATE rooms SET name = coalesce(?, name), topic = coalesce(?, topic) WHERE id = ?",
                [name, topic, id]
            )
            if let name, view.room.kind == .public { try transaction.db.indexRoom(id, name: name) }
            let seq = try transaction.nextSeq(in: id)
            let room = try transaction.db.room(id)
            try transaction.record(.roomUpdated(room), in: id, seq: seq)
            return RoomView(room: room, role: view.role, isPending: view.isPending, otherID: view.otherID)
        }
    }

    /// Deletes a room for everybody. Its messages and files are out of reach when the method returns; the janitor
    /// takes them off the disk.
    ///
    /// - Throws: `notFound`, `forbidden` for anybody but an owner, `conflict` for a direct room.
    package func deleteRoom(_ id: Room.ID, by user: User.ID) async throws {
        try await change { transaction in
            let view = try transaction.db.requireRole(.owner, in: id, of: user, to: "delete the room")
            guard view.room.kind != .direct else { throw Refusal.conflict("A direct room stays with its two people.") }
            try transaction.deleteRoom(id)
        }
    }
}

extension WriteTransaction {
    func insertRoom(kind: Room.Kind, name: String?, topic: String?, directKey: Data?) throws -> Room.ID {
        let id = Room.ID.make(at: now)
        try execute(
            """
            INSERT INTO rooms (id, kind, name, topic, direct_key, created_at, activity_position)
            VALUES (?, ?, ?, ?, ?, ?, \(Database.nextPosition))
            """,
            [id, kind, name, topic, directKey, now]
        )
        if let name, kind == .public { try db.indexRoom(id, name: name) }
        return id
    }

    /// Takes the room from its members and from sight, with a last event that says so.
    mutating func deleteRoom(_ id: Room.ID) throws {
        let seq = try nextSeq(in: id)
        try endMemberships(of: id, seq: seq, position: record(.roomDeleted, in: id, seq: seq))
        try execute("UPDATE rooms SET deleted_at = ?, member_count = 0 WHERE id = ?", [now, id])
        try db.unindexRoom(id)
        try execute("DELETE FROM invitations WHERE room_id = ?", [id])
        consequences.releasedAttachments += try Attachment.ID.fetchAll(
            db,
            sql: "UPDATE attachments SET deleted_at = ? WHERE room_id = ? AND deleted_at IS NULL RETURNING id",
            arguments: [now, id]
        )
    }
}

extension Database {
    static let roomColumns = """
        rooms.id, rooms.kind, rooms.name, rooms.topic, rooms.member_count, rooms.last_seq, rooms.created_at
        """

    /// Position that the next event will have.
    static let nextPosition = "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0) + 1"

    static let roomsOfUser = rooms(where: "coalesce(members.hidden_position < rooms.activity_position, TRUE)")
    static let hiddenRoomsOfUser = rooms(where: "members.hidden_position >= rooms.activity_position")

    private static func rooms(where condition: String) -> String {
        """
        SELECT \(roomColumns), members.role, members.consent, rooms.direct_key, members.read_seq,
            rooms.activity_position
        FROM members JOIN rooms ON rooms.id = members.room_id WHERE members.user_id = ? AND \(condition) LIMIT ?
        """
    }

    static let roomForViewer = """
        SELECT \(roomColumns), members.role, members.consent, rooms.direct_key FROM rooms
        LEFT JOIN members ON members.room_id = rooms.id AND members.user_id = ?
        WHERE rooms.id = ? AND rooms.deleted_at IS NULL
        """

    static let unreadCount = """
        SELECT count(*) FROM (
            SELECT 1 FROM messages
            WHERE room_id = ? AND seq > ? AND sender_id <> ? AND deleted_at IS NULL LIMIT ?)
        """

    func exists(_ sql: String, _ arguments: StatementArguments) throws -> Bool {
        try Row.fetchOne(cachedStatement(sql: sql), arguments: arguments) != nil
    }

    fileprivate func joinableRooms(
        for user: User.ID,
        prefix: String,
        after cursor: SearchCursor?,
        limit: Int
    ) throws -> [Row] {
        // Every id sorts behind an empty one.
        let last = cursor.flatMap { Room.ID($0.key) }?.databaseValue ?? Data().databaseValue
        guard !prefix.isEmpty else {
            let arguments: StatementArguments = [user, cursor?.text ?? "", last, limit]
            return try Row.fetchAll(cachedStatement(sql: Self.roomsByName), arguments: arguments)
        }
        return try Row.fetchAll(
            cachedStatement(sql: Self.roomsFound),
            arguments: [user, cursor?.text ?? prefix, last, prefix, Self.end(of: prefix), limit]
        )
    }

    /// - Throws: `notFound`.
    func room(_ id: Room.ID) throws -> Room {
        let sql = "SELECT \(Self.roomColumns) FROM rooms WHERE id = ? AND deleted_at IS NULL"
        guard let row = try Row.fetchOne(cachedStatement(sql: sql), arguments: [id]) else { throw Refusal.notFound() }
        return Room(row: row)
    }

    /// - Throws: `notFound` also for a room that is neither public nor the viewer's.
    func roomView(_ id: Room.ID, for viewer: User.ID) throws -> RoomView {
        let row = try Row.fetchOne(cachedStatement(sql: Self.roomForViewer), arguments: [viewer, id])
        guard let row else { throw Refusal.notFound() }
        let view = RoomView(row: row, for: viewer)
        guard view.role != nil || view.room.kind == .public else { throw Refusal.notFound() }
        return view
    }

    static let membership = "SELECT 1 FROM members WHERE room_id = ? AND user_id = ?"

    /// Asks for the membership alone, which ends with the room; for what is done thousands of times a second.
    ///
    /// - Throws: `notFound` for anybody who is not a member.
    func requireMembership(of user: User.ID, in room: Room.ID) throws {
        guard try exists(Self.membership, [room, user]) else { throw Refusal.notFound() }
    }

    /// - Throws: `notFound` for anybody who is not a member.
    @discardableResult
    func requireMember(_ user: User.ID, of room: Room.ID) throws -> RoomView {
        let view = try roomView(room, for: user)
        guard view.role != nil else { throw Refusal.notFound() }
        return view
    }

    /// - Throws: `notFound` for anybody who is not a member, `forbidden` for one whose role is too small.
    @discardableResult
    func requireRole(_ least: Member.Role, in room: Room.ID, of user: User.ID, to act: String) throws -> RoomView {
        let view = try requireMember(user, of: room)
        guard let role = view.role, role >= least else {
            let who = least == .owner ? "an owner" : "an owner or admin"
            throw Refusal.forbidden("Only \(who) may \(act).")
        }
        return view
    }
}

extension Room {
    init(row: Row) {
        self.init(
            id: row[0],
            kind: row[1],
            name: row[2],
            topic: row[3],
            memberCount: row[4],
            lastSeq: row[5],
            createdAt: row[6]
        )
    }
}

extension RoomView {
    /// From a row that begins with the columns of `roomForViewer`.
    fileprivate init(row: Row, for viewer: User.ID) {
        let consent: Consent? = row[8]
        self.init(
            room: Room(row: row),
            role: row[7],
            isPending: consent == .pending,
            otherID: (row[9] as Data?)?.other(than: viewer)
        )
    }
}

extension RoomSummary {
    /// From a row of `roomsOfUser`.
    fileprivate init(row: Row, of user: User.ID, db: Database, _ limits: ChatLimits) throws {
        let view = RoomView(row: row, for: user)
        let last = try Message.fetch(
            db,
            where: "room_id = ? AND seq <= ? ORDER BY seq DESC LIMIT 1",
            [view.room.id, view.room.lastSeq]
        )
        let readSeq: Int64 = row[10]
        let unread = try Int.fetchOne(
            db.cachedStatement(sql: Database.unreadCount),
            arguments: [view.room.id, readSeq, user, limits.unreadCounted]
        )
        self.init(view: view, lastMessage: last.first, unreadCount: unread ?? 0)
    }
}
