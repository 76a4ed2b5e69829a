import GRDB
import Vocabulary

/// The log of the events of all rooms.
package struct Events: Sendable {
    let store: Store

    /// Reads the state that a new live connection starts from. The rooms reflect the log exactly up to its position.
    ///
    /// - Parameter cursor: The client's last cursor. The events after it are included if they can be replayed completely.
    /// - Throws: `unauthenticated` when the account is gone.
    package func liveStart(for user: User.ID, after cursor: Cursor? = nil) async throws -> LiveStart {
        try await store.read { [epoch = store.epoch] db in
            do {
                let position = try db.logPosition()
                var missed: Missed?
                if let cursor, cursor.epoch == epoch, cursor.position <= position {
                    missed = try db.missed(by: user, after: cursor.position)
                }
                return LiveStart(
                    user: try db.user(user),
                    rooms: try Room.ID.fetchAll(
                        db.cachedStatement(sql: Database.roomIDsOfUser),
                        arguments: [user]
                    ),
                    pending: try db.pendingMembers(inRoomsOf: user),
                    blocked: try db.blockedEitherWay(with: user),
                    position: position,
                    missed: missed
                )
            } catch Refusal.notFound {
                throw Refusal.unauthenticated("The account does not exist any more.")
            }
        }
    }

    /// Removes a part of the log that is no longer kept: events from before `time`, and all but the newest
    /// `eventsPerRoom` of each room.
    ///
    /// - Parameter limit: Events removed at once.
    /// - Returns: How many were removed; 0 when there is nothing left to do.
    package func prune(before time: Timestamp, eventsPerRoom: Int, limit: Int) async throws -> Int {
        try await store.change { transaction in
            let aged = try transaction.pruneLog(before: time, limit: limit)
            return aged > 0 ? aged : try transaction.pruneLongRoom(eventsPerRoom: eventsPerRoom, limit: limit)
        }
    }

    /// What `prune` would remove in all.
    package func prunableCount(before time: Timestamp, eventsPerRoom: Int) async throws -> Int {
        try await store.read { db in
            try Int.fetchOne(db, sql: Database.prunableEvents, arguments: [time, eventsPerRoom]) ?? 0
        }
    }
}

extension Store {
    package var events: Events { Events(store: self) }
}

extension WriteTransaction {
    /// By position, because a clock may have been set back.
    fileprivate func pruneLog(before time: Timestamp, limit: Int) throws -> Int {
        let oldest = try Row.fetchAll(
            db,
            sql: "SELECT position, at FROM events ORDER BY position LIMIT ?",
            arguments: [limit]
        )
        guard let last = oldest.prefix(while: { ($0[1] as Timestamp) < time }).last else { return 0 }
        let floor: Int64 = last[0]
        let removed = try execute("DELETE FROM events WHERE position <= ?", [floor])
        // The log is no longer complete for cursors before this position.
        try execute("UPDATE meta SET log_floor = max(log_floor, ?)", [floor])
        try execute("DELETE FROM past_memberships WHERE left_position <= ?", [floor])
        return removed
    }

    /// The floor stays: a client that still lacks one of the removed events lacks more than `Missed.maxEvents` anyway.
    fileprivate func pruneLongRoom(eventsPerRoom: Int, limit: Int) throws -> Int {
        precondition(eventsPerRoom >= Missed.maxEvents, "what may be missed must be kept")
        let row = try Row.fetchOne(db, sql: Database.roomWithLongLog, arguments: [eventsPerRoom])
        guard let row else { return 0 }
        let (room, newest): (Room.ID, Int64) = (row[0], row[1])
        return try execute(
            "DELETE FROM events WHERE position IN (\(Database.oldestEvents))",
            [room, newest, limit]
        )
    }
}

extension Database {
    static let roomIDsOfUser = "SELECT room_id FROM members WHERE user_id = ?"

    static let pendingMembers = """
        SELECT other.room_id, other.user_id FROM members AS own
        JOIN members AS other INDEXED BY members_pending ON other.room_id = own.room_id AND other.consent = 'pending'
        WHERE own.user_id = ?
        """

    fileprivate func pendingMembers(inRoomsOf user: User.ID) throws -> [Room.ID: Set<User.ID>] {
        try Row.fetchAll(cachedStatement(sql: Self.pendingMembers), arguments: [user])
            .reduce(into: [:]) { $0[$1[0], default: []].insert($1[1]) }
    }

    /// Deleted rooms have no `last_seq`; their events are removed by age.
    static let roomWithLongLog = """
        SELECT id, last_seq - ?1 FROM rooms WHERE last_seq > ?1
        AND EXISTS (SELECT 1 FROM events WHERE room_id = rooms.id AND seq <= rooms.last_seq - ?1) LIMIT 1
        """
    static let oldestEvents = "SELECT position FROM events WHERE room_id = ? AND seq <= ? ORDER BY seq LIMIT ?"
    static let prunableEvents = """
        SELECT count(*) FROM events LEFT JOIN rooms ON rooms.id = events.room_id
        WHERE events.at < ? OR events.seq <= rooms.last_seq - ?
        """

    /// Position of the newest event ever written, also when the log has been pruned since.
    func logPosition() throws -> Int64 {
        try Int64.fetchOne(cachedStatement(sql: "SELECT seq FROM sqlite_sequence WHERE name = 'events'")) ?? 0
    }
}
