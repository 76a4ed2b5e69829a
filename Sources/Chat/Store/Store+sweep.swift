import GRDB
import Vocabulary

/// What the janitor asks and does. Every claim is one conditional update of the attachment's own row, so it and a
/// message that wants the attachment cannot both win.
extension Store {
    /// Uploads that began before `time` and never finished.
    package func staleUploads(before time: Timestamp, limit: Int) async throws -> [Attachment.ID] {
        try await ids(Database.staleUploads, [time, limit])
    }

    /// Attachments that were uploaded before `time` and that nothing holds.
    package func unattached(before time: Timestamp, limit: Int) async throws -> [Attachment.ID] {
        try await ids(Database.unattached, [time, limit])
    }

    /// Attachments whose files are to be removed.
    package func deletedAttachments(limit: Int) async throws -> [Attachment.ID] {
        try await ids(Database.deletedAttachments, [limit])
    }

    /// Marks the attachment for removal unless somebody attached it meanwhile.
    ///
    /// - Returns: Whether it is marked now.
    package func markUnused(_ id: Attachment.ID) async throws -> Bool {
        try await change { transaction in
            try transaction.execute(
                "UPDATE attachments SET deleted_at = ? WHERE id = ? AND attached_at IS NULL AND deleted_at IS NULL",
                [transaction.now, id]
            ) == 1
        }
    }

    /// Removes rows of attachments that are marked and whose files are gone.
    package func forget(_ attachments: [Attachment.ID]) async throws {
        try await change { transaction in
            for id in attachments {
                try transaction.execute("DELETE FROM attachments WHERE id = ? AND deleted_at IS NOT NULL", [id])
            }
        }
    }

    /// Which of these have a row. The files must have been listed before the question is asked: a row comes before
    /// its file, so a file that was there without a row belongs to nothing.
    package func known(among candidates: [Attachment.ID]) async throws -> Set<Attachment.ID> {
        try await read { db in
            let statement = try db.cachedStatement(sql: Database.isKnown)
            return try candidates.reduce(into: []) { known, id in
                if try Row.fetchOne(statement, arguments: [id]) != nil { known.insert(id) }
            }
        }
    }

    /// Removes a part of the messages of deleted rooms, and the rooms when they are empty.
    ///
    /// - Returns: How many messages and rooms it removed; 0 when there is nothing left to do.
    package func pruneDeletedRooms(limit: Int) async throws -> Int {
        try await change { transaction in
            let room = try Room.ID.fetchOne(
                transaction.db,
                sql: "SELECT id FROM rooms WHERE deleted_at IS NOT NULL ORDER BY deleted_at LIMIT 1"
            )
            guard let room else { return 0 }
            let messages = try transaction.execute(
                """
                DELETE FROM messages WHERE position IN (
                    SELECT position FROM messages WHERE room_id = ? ORDER BY seq LIMIT ?)
                """,
                [room, limit]
            )
            guard messages == 0 else { return messages }
            return try transaction.execute("DELETE FROM rooms WHERE id = ?", [room])
        }
    }

    /// What `pruneDeletedRooms` would remove in all: rooms and their messages.
    package func deletedRoomRowCount() async throws -> Int {
        try await read { try Int.fetchOne($0, sql: Database.deletedRoomRows) ?? 0 }
    }

    /// Forgets idempotency keys that have been kept long enough.
    ///
    /// - Returns: How many it forgot; 0 when there is nothing left to do.
    package func pruneKeys(limit: Int) async throws -> Int {
        try await change { transaction in
            try transaction.execute(Database.pruneKeys, [transaction.now - OnceKey.lifetime, limit])
        }
    }

    /// How many keys `pruneKeys` would forget in all.
    package func oldKeyCount() async throws -> Int {
        let oldest = now() - OnceKey.lifetime
        return try await read { db in
            try Int.fetchOne(db.cachedStatement(sql: Database.oldKeyCount), arguments: [oldest]) ?? 0
        }
    }

    private func ids(_ sql: String, _ arguments: StatementArguments) async throws -> [Attachment.ID] {
        try await read { try Attachment.ID.fetchAll($0.cachedStatement(sql: sql), arguments: arguments) }
    }
}

extension Database {
    static let staleUploads = """
        SELECT id FROM attachments WHERE state = 'receiving' AND deleted_at IS NULL AND created_at < ?
        ORDER BY created_at LIMIT ?
        """
    static let unattached = """
        SELECT id FROM attachments
        WHERE attached_at IS NULL AND deleted_at IS NULL AND state <> 'receiving' AND created_at < ?
        ORDER BY created_at LIMIT ?
        """
    static let deletedAttachments = """
        SELECT id FROM attachments WHERE deleted_at IS NOT NULL ORDER BY deleted_at LIMIT ?
        """
    static let deletedRoomRows = """
        SELECT (SELECT count(*) FROM rooms WHERE deleted_at IS NOT NULL)
            + (SELECT count(*) FROM rooms JOIN messages ON messages.room_id = rooms.id
                WHERE rooms.deleted_at IS NOT NULL)
        """
    static let pruneKeys = """
        DELETE FROM idempotency_keys WHERE (scope, route, key) IN (
            SELECT scope, route, key FROM idempotency_keys WHERE created_at <= ? ORDER BY created_at LIMIT ?)
        """
    static let oldKeyCount = "SELECT count(*) FROM idempotency_keys WHERE created_at <= ?"
    static let isKnown = "SELECT 1 FROM attachments WHERE id = ?"
}
