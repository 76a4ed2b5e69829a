extension Messages {
    /// Writes new names and avatars into old messages, a few thousand rows at a time.
    ///
    /// - Returns: False when there was nothing left to do.
    package func backfillSenders() async throws -> Bool {
        try await store.change(about: [], for: .maintaining) { transaction in
            let next = try transaction.db.first(Snapshot.nextRename) { row in
                (user: row[0] as User.ID, done: row[1] as Int64)
            }
            guard let (user, done) = next else { return false }
            let newest = try transaction.db.value(Int64.self, "SELECT max(position) FROM messages") ?? 0
            guard done < newest else {
                try transaction.execute("DELETE FROM renames WHERE user_id = ?", [user])
                return true
            }
            let end = min(done + Self.renameBatch, newest)
            let rooms = try transaction.rename(user, after: done, upTo: end)
            transaction.consequences.changedPages = .rooms(rooms)
            try transaction.execute("UPDATE renames SET done_up_to = ? WHERE user_id = ?", [end, user])
            return true
        }
    }

    /// Rows that one step examines: a few milliseconds, so that no writer waits long.
    private static let renameBatch: Int64 = 2000
}

extension Snapshot {
    static let nextRename = "SELECT user_id, done_up_to FROM renames ORDER BY requested_at LIMIT 1"
}

extension WriteTransaction {
    /// Skips rows that already have the name and avatar.
    fileprivate func rename(_ user: User.ID, after start: Int64, upTo end: Int64) throws -> Set<Room.ID> {
        let sender = try sender(user)
        let rooms = try db.values(
            Room.ID.self,
            """
            UPDATE messages SET sender_name = ?1, sender_avatar_id = ?2, sender_avatar_format = ?3
            WHERE position > ?4 AND position <= ?5 AND sender_id = ?6 AND (sender_name <> ?1
                OR sender_avatar_id IS DISTINCT FROM ?2 OR sender_avatar_format IS DISTINCT FROM ?3)
            RETURNING room_id
            """,
            [sender.displayName, sender.avatar?.id, sender.avatar?.format, start, end, user]
        )
        return Set(rooms)
    }
}
