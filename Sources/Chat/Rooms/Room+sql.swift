import Foundation
import GRDB

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

    func joinableRooms(
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
    init(row: Row, of user: User.ID, db: Database, _ limits: ChatLimits) throws {
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
