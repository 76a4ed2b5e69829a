import FoundationEssentials

extension WriteTransaction {
    func insertRoom(kind: Room.Kind, name: String?, topic: String?, directKey: Data?) throws -> Room.ID {
        let id = Room.ID.make(at: now)
        try execute(
            """
            INSERT INTO rooms (id, kind, name, topic, direct_key, created_at, activity_position)
            VALUES (?, ?, ?, ?, ?, ?, \(Snapshot.nextPosition))
            """,
            [id, kind, name, topic, directKey, now]
        )
        if let name, kind == .public { try db.indexRoom(id, name: name) }
        return id
    }

    /// Changes the name or topic, and takes the number of the event for it.
    func updateRoom(_ id: Room.ID, name: String?, topic: String?) throws -> Room {
        let room = try db.first(Snapshot.updateRoom, [name, topic, id]) { Room(row: $0) }
        guard let room else { throw Refusal.notFound() }
        return room
    }

    /// Marks the room as deleted and ends all its memberships. `room.deleted` is its last event.
    mutating func deleteRoom(_ id: Room.ID) throws {
        let seq = try nextSeq(in: id)
        try record(.roomDeleted, in: id, seq: seq)
        try endAllMemberships(of: id, seq: seq)
        try execute("UPDATE rooms SET deleted_at = ?, member_count = 0 WHERE id = ?", [now, id])
        try db.unindexRoom(id)
        try execute("DELETE FROM invitations WHERE room_id = ?", [id])
        consequences.releasedAttachments += try db.values(
            Attachment.ID.self,
            "UPDATE attachments SET deleted_at = ? WHERE room_id = ? AND deleted_at IS NULL RETURNING id",
            [now, id]
        )
    }
}

extension Snapshot {
    static let roomColumns = """
        rooms.id, rooms.kind, rooms.name, rooms.topic, rooms.member_count, rooms.last_seq, rooms.created_at
        """

    /// Position after the newest event.
    static let nextPosition = "(SELECT position FROM log_head) + 1"

    static let updateRoom = """
        UPDATE rooms SET name = coalesce(?, name), topic = coalesce(?, topic), last_seq = last_seq + 1
        WHERE id = ? RETURNING \(roomColumns)
        """

    static let roomsOfUser = rooms(where: "coalesce(members.hidden_position < rooms.activity_position, TRUE)")
    static let hiddenRoomsOfUser = rooms(where: "members.hidden_position >= rooms.activity_position")

    private static func rooms(where condition: String) -> String {
        """
        SELECT \(roomColumns), members.role, members.consent, rooms.direct_key, rooms.activity_position,
            (SELECT count(*) FROM (
                SELECT 1 FROM messages
                WHERE messages.room_id = rooms.id AND messages.seq > members.read_seq
                AND messages.sender_id <> ?1 AND messages.deleted_at IS NULL
                UNION ALL
                SELECT 1 FROM archived_messages
                WHERE rooms.archived_seq > members.read_seq AND archived_messages.room_id = rooms.id
                AND archived_messages.seq > members.read_seq AND archived_messages.seq <= rooms.archived_seq
                AND archived_messages.sender_id <> ?1 AND archived_messages.deleted_at IS NULL
                AND NOT EXISTS (
                    SELECT 1 FROM messages AS returned
                    WHERE returned.room_id = rooms.id AND returned.seq = archived_messages.seq)
                LIMIT ?2) AS counted),
            (SELECT messages.id FROM messages WHERE messages.room_id = rooms.id ORDER BY messages.seq DESC LIMIT 1)
        FROM members JOIN rooms ON rooms.id = members.room_id WHERE members.user_id = ?1 AND \(condition) LIMIT ?3
        """
    }

    static let roomForViewer = """
        SELECT \(roomColumns), members.role, members.consent, rooms.direct_key FROM rooms
        LEFT JOIN members ON members.room_id = rooms.id AND members.user_id = ?
        WHERE rooms.id = ? AND rooms.deleted_at IS NULL
        """

    func joinableRooms(
        for user: User.ID,
        prefix: String,
        after cursor: SearchCursor?,
        limit: Int
    ) throws -> [(item: Room, cursor: SearchCursor)] {
        // Every id sorts after an empty one.
        let last: any SQLConvertible = cursor.flatMap { Room.ID($0.key) } ?? Data()
        let range: SQLValues =
            prefix.isEmpty ? [cursor?.text ?? "", last] : [cursor?.text ?? prefix, last, prefix, Self.end(of: prefix)]
        return try all(prefix.isEmpty ? Self.roomsByName : Self.roomsFound, [user] + range + [limit]) { row in
            let room = Room(row: row)
            return (room, SearchCursor(text: row[7], key: room.id.description))
        }
    }

    /// The rooms with these ids that are not deleted.
    func rooms(_ ids: some Collection<Room.ID>) throws -> [Room.ID: Room] {
        guard !ids.isEmpty else { return [:] }
        let list = SQLList(ids)
        var rooms: [Room.ID: Room] = [:]
        try forEach(Self.undeletedRooms(list.places), list.values) { row in
            let room = Room(row: row)
            rooms[room.id] = room
        }
        return rooms
    }

    static func undeletedRooms(_ places: String) -> String {
        "SELECT \(roomColumns) FROM rooms WHERE id IN (\(places)) AND deleted_at IS NULL"
    }

    /// - Throws: `notFound`.
    func room(_ id: Room.ID) throws -> Room {
        guard let room = try rooms([id])[id] else { throw Refusal.notFound() }
        return room
    }

    /// - Throws: `notFound`, also for a room that is neither public nor one of the viewer's.
    func roomView(_ id: Room.ID, for viewer: User.ID) throws -> RoomView {
        let view = try first(Self.roomForViewer, [viewer, id]) { RoomView(row: $0, for: viewer) }
        guard let view, view.role != nil || view.room.kind == .public else { throw Refusal.notFound() }
        return view
    }

    static let membership = "SELECT 1 FROM members WHERE room_id = ? AND user_id = ?"

    /// Reads only the membership, which ends with the room. For operations that run thousands of times a second.
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

    /// - Throws: `notFound` for anybody who is not a member, `forbidden` if their role is not sufficient.
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
    /// Reads a row that begins with `roomColumns`.
    init(row: ResultRow) {
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
    /// Reads a row that begins with the columns of `roomForViewer`.
    fileprivate init(row: ResultRow, for viewer: User.ID) {
        let consent: Consent? = row[8]
        self.init(
            room: Room(row: row),
            role: row[7],
            isPending: consent == .pending,
            otherID: (row[9] as Data?)?.other(than: viewer)
        )
    }
}

/// A room in a list, before its last message is loaded.
struct ListedRoom {
    let view: RoomView
    /// Position in the log of the room's last activity.
    let activity: Int64
    let unreadCount: Int
    let lastMessage: Message.ID?

    /// Reads a row of `roomsOfUser`.
    init(row: ResultRow, for user: User.ID) {
        view = RoomView(row: row, for: user)
        activity = row[10]
        unreadCount = row[11]
        lastMessage = row[12]
    }
}
