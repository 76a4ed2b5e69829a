import Vocabulary

/// The state that a new live connection starts from, read in one snapshot.
package struct ResumeSnapshot: Sendable {
    package let user: User
    package let rooms: [Room.ID]
    /// By room, the members who have not answered a stranger yet. Their presence is hidden from the others.
    package let pending: [Room.ID: Set<User.ID>]
    /// The people whom the person has blocked, and those who have blocked the person.
    package let blocked: Set<User.ID>
    /// Position of the newest event that the rooms already reflect.
    package let position: Int64
    /// The events after the client's cursor; nil without a cursor, or when they cannot be replayed completely.
    package let missed: MissedEvents?
}

/// Positions and counts that decide whether the events after a client's cursor can be replayed.
private struct ResumeStart {
    /// Position of the newest event.
    let position: Int64
    /// The log is complete for cursors at this position or later.
    var floor: Int64 = 0
    /// Receipts and profiles that have changed at this position or later may not have reached the client.
    var receiptPosition: Int64 = 0
    /// Number of changed profiles, counted up to one more than can be replayed.
    var changedProfiles = 0

    func isComplete(after cursor: Int64) -> Bool {
        cursor >= floor && cursor <= position && changedProfiles <= MissedEvents.maxProfiles
    }
}

extension Snapshot {
    /// Runs six statements if nothing was missed, however many rooms there are, and at most ten more otherwise.
    ///
    /// - Parameter cursor: Position of the newest event that the client has received; nil without one.
    /// - Throws: `notFound` for an account that does not exist.
    func resumeSnapshot(for user: User.ID, after cursor: Int64?) throws -> ResumeSnapshot {
        let start = try resumeStart(after: cursor)
        let subscriptions = try subscriptions(of: user)
        let missed = try cursor.flatMap { try self.missed(by: user, after: $0, from: start) }
        let people = try profiles(seenBy: user, since: missed == nil ? .max : start.receiptPosition)
        return ResumeSnapshot(
            user: people.own,
            rooms: subscriptions.rooms,
            pending: subscriptions.pending,
            blocked: subscriptions.blocked,
            position: start.position,
            missed: missed.map { MissedEvents(events: $0.events, receipts: $0.receipts, profiles: people.changed) }
        )
    }

    /// Nil when not everything can be replayed.
    private func missed(
        by user: User.ID,
        after cursor: Int64,
        from start: ResumeStart
    ) throws -> (events: [Event], receipts: [Receipt])? {
        guard start.isComplete(after: cursor) else { return nil }
        do {
            let events = try replay(missedPositions(of: user, after: cursor), maxBytes: MissedEvents.maxBytes)
            return (events, try receipts(for: user, since: start.receiptPosition))
        } catch is IncompleteReplay {
            return nil
        }
    }

    static let logPosition = "SELECT position FROM log_head"

    /// Events are sent at once, receipts up to two ticks later. The search for an event that is old enough doubles its
    /// step each time, so that it reads only a few rows even if a thousand events share a second.
    static let probes = """
        probes (position, at, step, newest_at) AS (
            SELECT position, at, CAST(1 AS BIGINT), at FROM events
            WHERE position = (SELECT max(position) FROM events WHERE position <= ?1)
            UNION ALL
            SELECT events.position, events.at, probes.step * 2, probes.newest_at
            FROM probes CROSS JOIN events
            WHERE probes.at >= probes.newest_at - ?2 AND events.position = (
                SELECT max(position) FROM events WHERE position <= probes.position - probes.step)
        )
        """

    /// Receipts that never moved and profiles that never changed are at position 0.
    static let resumeStart = """
        WITH RECURSIVE \(probes),
        since (position) AS MATERIALIZED (
            SELECT coalesce(
                (SELECT position FROM probes WHERE at < newest_at - ?2),
                CASE WHEN log_floor > 1 THEN log_floor ELSE 1 END)
            FROM meta WHERE id = 1
        )
        SELECT log_head.position, meta.log_floor, since.position, (
            SELECT count(*) FROM (
                SELECT 1 FROM users WHERE profile_position >= since.position AND profile_position > 0 LIMIT ?3
            ) AS changed)
        FROM meta CROSS JOIN log_head CROSS JOIN since WHERE meta.id = 1
        """

    private func resumeStart(after cursor: Int64?) throws -> ResumeStart {
        guard let cursor else { return ResumeStart(position: try value(Int64.self, Self.logPosition) ?? 0) }
        let lag = Timestamp(milliseconds: 0) + MissedEvents.receiptLag
        let start = try first(Self.resumeStart, [cursor, lag, MissedEvents.maxProfiles + 1]) { row in
            ResumeStart(position: row[0], floor: row[1], receiptPosition: row[2], changedProfiles: row[3])
        }
        guard let start else { preconditionFailure("the table `meta` has one row") }
        return start
    }

    static let roomIDsOfUser = "SELECT room_id FROM members WHERE user_id = ?"

    /// A row with only a room is one of the person's rooms, a row with a room and a person is a pending member of that
    /// room, and a row with only a person is a block in either direction.
    static let subscriptions = """
        SELECT room_id, NULL FROM members WHERE user_id = ?1
        UNION ALL
        SELECT other.room_id, other.user_id FROM members AS own CROSS JOIN members AS other
        WHERE own.user_id = ?1 AND other.room_id = own.room_id AND other.consent = 'pending'
        UNION ALL
        SELECT NULL, blocked_id FROM blocks WHERE user_id = ?1
        UNION ALL
        SELECT NULL, user_id FROM blocks WHERE blocked_id = ?1
        """

    private func subscriptions(
        of user: User.ID
    ) throws -> (rooms: [Room.ID], pending: [Room.ID: Set<User.ID>], blocked: Set<User.ID>) {
        var (rooms, pending, blocked): ([Room.ID], [Room.ID: Set<User.ID>], Set<User.ID>) = ([], [:], [])
        try forEach(Self.subscriptions, [user]) { row in
            switch (row[0] as Room.ID?, row[1] as User.ID?) {
            case (let room?, nil): rooms.append(room)
            case (let room?, let member?): pending[room, default: []].insert(member)
            case (nil, let other?): blocked.insert(other)
            case (nil, nil): break
            }
        }
        return (rooms, pending, blocked)
    }

    /// The person's own profile, and the changed profiles of people who share a room with them.
    static let ownAndChangedProfiles = """
        SELECT \(userColumns), users.profile_position FROM \(userTables) WHERE users.id IN (
            SELECT ?1
            UNION ALL
            SELECT users.id FROM users
            WHERE users.profile_position >= ?2 AND users.profile_position > 0 AND \(sharesRoom(with: "?1")))
        """

    /// The person's own profile, and the changed profiles that they can see, in the order of the changes.
    ///
    /// - Throws: `notFound` for an account that does not exist.
    private func profiles(seenBy user: User.ID, since position: Int64) throws -> (own: User, changed: [User]) {
        var people: [(user: User, changedAt: Int64)] = try all(Self.ownAndChangedProfiles, [user, position]) { row in
            (User(row: row, at: 0), row[User.columnCount])
        }
        try loadAvatarVariants(of: &people, at: \.user)
        guard let own = people.first(where: { $0.user.id == user })?.user else { throw Refusal.notFound() }
        let changed = people.filter { $0.changedAt >= position }
            .sorted { ($0.changedAt, $0.user.id) < ($1.changedAt, $1.user.id) }
        return (own, changed.map(\.user))
    }
}
