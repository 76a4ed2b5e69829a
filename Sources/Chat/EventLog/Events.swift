import Vocabulary

/// The log of the events of all rooms.
package struct Events: Sendable {
    let store: Store

    /// Reads the state that a new live connection starts from. The rooms reflect the log exactly up to its position.
    ///
    /// - Parameter cursor: The client's last cursor. The events after it are included if they can be replayed completely.
    /// - Throws: `unauthenticated` when the account is gone.
    package func resumeSnapshot(for user: User.ID, after cursor: Cursor? = nil) async throws -> ResumeSnapshot {
        let position = cursor.flatMap { $0.epoch == store.epoch ? $0.position : nil }
        return try await store.read { db in
            do {
                return try db.resumeSnapshot(for: user, after: position)
            } catch Refusal.notFound {
                throw Refusal.unauthenticated("The account no longer exists.")
            }
        }
    }

    /// Removes a batch of events that are no longer kept: those from before `time`, and all but the newest
    /// `eventsPerRoom` of each room.
    ///
    /// - Parameter limit: Maximum number of events that one call removes.
    /// - Returns: The number of events removed; 0 when there is nothing left to do.
    package func prune(before time: Timestamp, eventsPerRoom: Int, limit: Int) async throws -> Int {
        try await store.change(about: [], for: .deleting) { transaction in
            let aged = try transaction.pruneLog(before: time, limit: limit)
            return aged > 0 ? aged : try transaction.pruneLongRoom(eventsPerRoom: eventsPerRoom, limit: limit)
        }
    }

    /// The total number of events that `prune` would remove.
    package func prunableCount(before time: Timestamp, eventsPerRoom: Int) async throws -> Int {
        try await store.read { try $0.value(Int.self, Snapshot.prunableEvents, [time, eventsPerRoom]) ?? 0 }
    }
}

extension Store {
    package var events: Events { Events(store: self) }
}

extension WriteTransaction {
    /// Prunes by position, because the clock may have been set back.
    fileprivate func pruneLog(before time: Timestamp, limit: Int) throws -> Int {
        let oldest: [(position: Int64, at: Timestamp)] = try db.all(Snapshot.oldestRecords, [limit]) { ($0[0], $0[1]) }
        guard let floor = oldest.prefix(while: { $0.at < time }).last?.position else { return 0 }
        try execute(Snapshot.dropEndedMemberships, [floor])
        try execute("DELETE FROM past_memberships WHERE left_position <= ?", [floor])
        let removed = try execute("DELETE FROM events WHERE position <= ?", [floor])
        // The log is no longer complete for cursors before this position.
        try execute("UPDATE meta SET log_floor = ?1 WHERE log_floor < ?1", [floor])
        return removed
    }

    /// The floor stays: a member who missed one of the removed events has missed more than can be replayed. A former
    /// member may have missed only a few, so past memberships keep the position of an end whose event is removed.
    fileprivate func pruneLongRoom(eventsPerRoom: Int, limit: Int) throws -> Int {
        precondition(eventsPerRoom >= MissedEvents.maxEvents, "what may be missed must be kept")
        let long: (room: Room.ID, surplus: Int64)? = try db.first(Snapshot.roomWithLongLog, [eventsPerRoom]) {
            ($0[0], $0[1])
        }
        guard let long, let last = try db.value(Int64.self, Snapshot.oldestEvents, [long.room, long.surplus, limit])
        else { return 0 }
        try execute(Snapshot.keepEndPositions, [long.room, last])
        return try execute("DELETE FROM events WHERE room_id = ? AND seq <= ?", [long.room, last])
    }
}

extension Snapshot {
    static let oldestRecords = "SELECT position, at FROM events ORDER BY position LIMIT ?"

    /// Deletes past memberships that ended with an event up to a position.
    static let dropEndedMemberships = """
        DELETE FROM past_memberships
        WHERE (room_id, left_seq) IN (SELECT room_id, seq FROM events WHERE position <= ?)
        """

    /// Deleted rooms have no `last_seq`; their events are removed by age.
    static let roomWithLongLog = """
        SELECT id, last_seq - ?1 FROM rooms WHERE last_seq > ?1
        AND EXISTS (SELECT 1 FROM events WHERE room_id = rooms.id AND seq <= rooms.last_seq - ?1) LIMIT 1
        """

    /// The number of the last event in a batch of a room's oldest events.
    static let oldestEvents = """
        SELECT max(seq) FROM (SELECT seq FROM events WHERE room_id = ? AND seq <= ? ORDER BY seq LIMIT ?) AS oldest
        """

    static let keepEndPositions = """
        UPDATE past_memberships SET left_position = (
            SELECT position FROM events
            WHERE events.room_id = past_memberships.room_id AND events.seq = past_memberships.left_seq)
        WHERE room_id = ? AND left_seq <= ? AND left_position IS NULL
        """

    static let prunableEvents = """
        SELECT count(*) FROM events LEFT JOIN rooms ON rooms.id = events.room_id
        WHERE events.at < ? OR events.seq <= rooms.last_seq - ?
        """
}
