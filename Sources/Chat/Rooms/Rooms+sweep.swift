/// What the janitor removes of deleted rooms.
extension Rooms {
    /// Removes a part of the messages of deleted rooms, and the rooms when they are empty.
    ///
    /// - Returns: How many messages and rooms it removed; 0 when there is nothing left to do.
    package func pruneDeleted(limit: Int) async throws -> Int {
        try await store.change(about: []) { transaction in
            let room = try transaction.db.value(Room.ID.self, Snapshot.oldestDeletedRoom)
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

    /// What `pruneDeleted` would remove in all: rooms and their messages.
    package func prunableCount() async throws -> Int {
        try await store.read { try $0.value(Int.self, Snapshot.deletedRoomRows) ?? 0 }
    }
}

extension Snapshot {
    static let oldestDeletedRoom = "SELECT id FROM rooms WHERE deleted_at IS NOT NULL ORDER BY deleted_at LIMIT 1"
    static let deletedRoomRows = """
        SELECT (SELECT count(*) FROM rooms WHERE deleted_at IS NOT NULL)
            + (SELECT count(*) FROM rooms JOIN messages ON messages.room_id = rooms.id
                WHERE rooms.deleted_at IS NOT NULL)
        """
}
