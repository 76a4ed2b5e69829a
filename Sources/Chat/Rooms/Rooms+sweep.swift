import Vocabulary

/// Removal of deleted rooms by the janitor.
extension Rooms {
    /// Removes a batch of messages of the oldest deleted room, or the room itself when it is empty. Archived messages
    /// come first: without the room, nothing would find them.
    ///
    /// - Parameter time: Only rooms that were deleted before it; all of them if nil.
    /// - Returns: The number of messages and rooms removed; 0 when there is nothing left to do.
    package func pruneDeleted(before time: Timestamp? = nil, limit: Int) async throws -> Int {
        let time = time ?? Timestamp(milliseconds: .max)
        return try await store.change(about: [], for: .deleting) { transaction in
            let room = try transaction.db.value(Room.ID.self, Snapshot.oldestDeletedRoom, [time])
            guard let room else { return 0 }
            let archived = try transaction.execute(
                """
                DELETE FROM archived_messages WHERE position IN (
                    SELECT position FROM archived_messages WHERE room_id = ? ORDER BY seq LIMIT ?)
                """,
                [room, limit]
            )
            guard archived == 0 else { return archived }
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

    /// The total number of rooms and messages that `pruneDeleted` would remove.
    package func prunableCount(before time: Timestamp? = nil) async throws -> Int {
        let time = time ?? Timestamp(milliseconds: .max)
        return try await store.read { try $0.value(Int.self, Snapshot.deletedRoomRows, [time]) ?? 0 }
    }
}

extension Snapshot {
    static let oldestDeletedRoom = """
        SELECT id FROM rooms WHERE deleted_at IS NOT NULL AND deleted_at < ? ORDER BY deleted_at LIMIT 1
        """
    static let deletedRoomRows = """
        SELECT (SELECT count(*) FROM rooms WHERE deleted_at IS NOT NULL AND deleted_at < ?1)
            + (SELECT count(*) FROM rooms JOIN messages ON messages.room_id = rooms.id
                WHERE rooms.deleted_at IS NOT NULL AND rooms.deleted_at < ?1)
            + (SELECT count(*) FROM rooms JOIN archived_messages ON archived_messages.room_id = rooms.id
                WHERE rooms.deleted_at IS NOT NULL AND rooms.deleted_at < ?1)
        """
}
