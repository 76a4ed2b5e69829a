import Vocabulary

extension Checks {
    /// Rooms whose counters contradict what is in them.
    package func miscountedRooms(after id: Room.ID?, limit: Int) async throws -> CheckPage<Room.ID, RoomCounters> {
        try await store.read { db in
            let rows = try db.all(Snapshot.roomCounters, [id ?? .beforeAll, limit], RoomCounters.init)
            return CheckPage(rows, limit: limit, key: \.id) { $0.isNumberLow || $0.isMemberCountWrong ? $0 : nil }
        }
    }

    /// Raises the room's number to that of its newest event or message, so that no number is given out twice.
    ///
    /// - Returns: Whether it was too low.
    package func raiseNumber(of room: Room.ID) async throws -> Bool {
        try await store.change(about: [.room(room)]) { transaction in
            guard let newest = try transaction.db.value(Int64.self, Snapshot.newestNumber, [room]) else {
                return false
            }
            return try transaction.execute(
                "UPDATE rooms SET last_seq = ?1 WHERE id = ?2 AND last_seq < ?1",
                [newest, room]
            ) == 1
        }
    }

    /// Sets the room's number of members to that of its rows in `members`.
    ///
    /// - Returns: Whether it was wrong.
    package func correctMemberCount(of room: Room.ID) async throws -> Bool {
        try await store.change(about: [.room(room)]) { transaction in
            try transaction.execute(
                """
                UPDATE rooms SET member_count = (SELECT count(*) FROM members WHERE members.room_id = rooms.id)
                WHERE id = ? AND member_count <> (SELECT count(*) FROM members WHERE members.room_id = rooms.id)
                """,
                [room]
            ) == 1
        }
    }

    /// Messages of rooms that exist whose number of attachments is not that of their attachments, without those that are
    /// only in the archive.
    ///
    /// - Parameter position: The end of the previous page; nil for the first one.
    package func miscountedMessages(
        after position: Int64?,
        limit: Int
    ) async throws -> CheckPage<Int64, MiscountedMessage> {
        try await store.read { db in
            let rows = try db.all(Snapshot.messageCounters, [position ?? 0, limit]) { row in
                (position: row[0] as Int64, message: MiscountedMessage(row: row))
            }
            return CheckPage(rows, limit: limit, key: \.position) { row in
                row.message.count == row.message.found ? nil : row.message
            }
        }
    }

    /// Raises the message's number of attachments to that of its attachments, so that all of them are shown. It is
    /// never lowered: the rows of missing attachments may be in a backup.
    ///
    /// - Returns: Whether it was too low.
    package func raiseAttachmentCount(of message: Message.ID) async throws -> Bool {
        try await store.change(about: []) { transaction in
            if try transaction.execute(Snapshot.raiseAttachmentCount, [message]) == 1 { return true }
            guard try transaction.db.exists(Snapshot.hasLowArchivedCount, [message]),
                try transaction.returnToMessages(message)
            else { return false }
            return try transaction.execute(Snapshot.raiseAttachmentCount, [message]) == 1
        }
    }

    /// People whose avatar is not there or was deleted.
    package func missingAvatars(after id: User.ID?, limit: Int) async throws -> CheckPage<User.ID, User.ID> {
        try await store.read { db in
            let rows = try db.all(Snapshot.avatarReferences, [id ?? .beforeAll, limit]) { row in
                (id: row[0] as User.ID, isMissing: row[1] as Bool)
            }
            return CheckPage(rows, limit: limit, key: \.id) { $0.isMissing ? $0.id : nil }
        }
    }

    /// Leaves a person without an avatar if theirs is not there or was deleted, as removing its row does.
    ///
    /// - Returns: Whether it was missing.
    package func removeMissingAvatar(of user: User.ID) async throws -> Bool {
        try await store.change(about: [.person(user)]) { transaction in
            let changed = try transaction.execute(
                "UPDATE users SET avatar_id = NULL WHERE id = ? AND \(Snapshot.hasMissingAvatar)",
                [user]
            )
            guard changed == 1 else { return false }
            try transaction.announceProfile(of: try transaction.db.user(user))
            return true
        }
    }
}

/// The counters of a room, and what they count.
package struct RoomCounters: Sendable, Equatable {
    package let id: Room.ID
    package let lastSeq: Int64
    /// The highest number of its events and messages, archived ones included; 0 without any.
    package let newestSeq: Int64
    package let memberCount: Int
    /// Rows in `members`.
    package let members: Int

    /// Whether the next event would get a number that was given out before.
    package var isNumberLow: Bool { lastSeq < newestSeq }
    package var isMemberCountWrong: Bool { memberCount != members }

    fileprivate init(row: ResultRow) {
        (id, lastSeq) = (row[0], row[1])
        newestSeq = max(row[2] as Int64, row[3] as Int64, row[6] as Int64)
        (memberCount, members) = (row[4], row[5])
    }
}

/// A message with a wrong number of attachments.
package struct MiscountedMessage: Sendable, Equatable {
    package let id: Message.ID
    /// As its row has it.
    package let count: Int
    /// Its attachments that are not deleted.
    package let found: Int

    init(row: ResultRow) {
        (id, count, found) = (row[1], row[2], row[3])
    }
}

extension Snapshot {
    static let roomCounters = """
        SELECT rooms.id, rooms.last_seq,
            coalesce((SELECT max(messages.seq) FROM messages WHERE messages.room_id = rooms.id), 0),
            coalesce((SELECT max(events.seq) FROM events WHERE events.room_id = rooms.id), 0),
            rooms.member_count, (SELECT count(*) FROM members WHERE members.room_id = rooms.id), rooms.archived_seq
        FROM rooms WHERE rooms.id > ? ORDER BY rooms.id LIMIT ?
        """

    static let newestNumber = """
        SELECT max(seq) FROM (
            SELECT max(seq) AS seq FROM messages WHERE room_id = ?1
            UNION ALL
            SELECT max(seq) FROM events WHERE room_id = ?1
            UNION ALL
            SELECT archived_seq FROM rooms WHERE id = ?1
        ) AS newest
        """

    fileprivate static let attachmentCount = """
        (SELECT count(*) FROM attachments
            WHERE attachments.message_id = messages.id AND attachments.deleted_at IS NULL)
        """

    fileprivate static let raiseAttachmentCount = """
        UPDATE messages SET attachment_count = \(attachmentCount)
        WHERE id = ? AND deleted_at IS NULL AND attachment_count < \(attachmentCount)
        """

    /// When a room is deleted, its attachments are, and its messages keep their counters until they are removed.
    static let messageCounters = """
        SELECT messages.position, messages.id, messages.attachment_count, \(attachmentCount)
        FROM messages WHERE messages.position > ? AND messages.deleted_at IS NULL
            AND (SELECT rooms.deleted_at FROM rooms WHERE rooms.id = messages.room_id) IS NULL
        ORDER BY messages.position LIMIT ?
        """

    fileprivate static let hasMissingAvatar = """
        users.avatar_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM attachments WHERE attachments.id = users.avatar_id AND attachments.deleted_at IS NULL)
        """

    static let avatarReferences = """
        SELECT users.id, CASE WHEN \(hasMissingAvatar) THEN 1 ELSE 0 END
        FROM users WHERE users.id > ? ORDER BY users.id LIMIT ?
        """
}
