import Vocabulary

/// Removal of expired sessions by the janitor.
extension People {
    /// The next sessions in the order of their ids, expired or not. There is no index by expiry, which would have to be
    /// written whenever a session is used; a sweep walks the table once instead.
    ///
    /// - Parameter previous: Only those after this one; from the first one if nil.
    package func sessionIDs(after previous: Session.ID? = nil, limit: Int) async throws -> [Session.ID] {
        let start = previous ?? .lowest
        return try await store.read { try $0.values(Session.ID.self, Snapshot.sessionIDs, [start, limit]) }
    }

    /// Those of the sessions that expired before a time.
    ///
    /// - Parameter ids: At most a few hundred.
    package func expiredSessions(among ids: [Session.ID], before time: Timestamp) async throws -> [Session.ID] {
        guard !ids.isEmpty else { return [] }
        let list = SQLList(ids)
        return try await store.read { db in
            // The list may repeat its last value.
            let sql = Snapshot.expiredSessions(in: list.places)
            return try db.values(Session.ID.self, sql, list.values + [time])
        }
    }

    /// Removes those of the sessions that have expired before a time and have not been used since.
    ///
    /// - Parameter ids: At most a few hundred.
    /// - Returns: The number of sessions removed.
    package func removeExpired(_ ids: [Session.ID], before time: Timestamp) async throws -> Int {
        guard !ids.isEmpty else { return 0 }
        let list = SQLList(ids)
        return try await store.change(about: [], for: .deleting) { transaction in
            let sql = Snapshot.removeExpiredSessions(in: list.places)
            let removed = try transaction.db.values(Session.ID.self, sql, list.values + [time])
            transaction.consequences.endedSessions += removed
            return removed.count
        }
    }
}

extension Snapshot {
    static let sessionIDs = "SELECT id FROM sessions WHERE id > ? ORDER BY id LIMIT ?"

    static func expiredSessions(in places: String) -> String {
        "SELECT id FROM sessions WHERE id IN (\(places)) AND expires_at < ?"
    }

    static func removeExpiredSessions(in places: String) -> String {
        "DELETE FROM sessions WHERE id IN (\(places)) AND expires_at < ? RETURNING id"
    }
}
