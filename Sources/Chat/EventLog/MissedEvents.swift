/// Everything that a client did not receive while it was disconnected.
package struct MissedEvents: Sendable {
    /// Maximum number of events that are replayed. A client that missed more fetches its state again.
    package static let maxEvents = 1000
    /// Maximum number of past memberships of one room that are replayed, the newest ones. A client fetches the room
    /// when it joins again, so removing and adding somebody many times costs no more than doing it four times.
    package static let maxPastMembershipsPerRoom = 4
    /// Maximum size of the replayed events as sent, in bytes. A client that missed more fetches its state again.
    package static let maxBytes = 2 << 20
    /// Maximum number of receipts that are sent.
    package static let maxReceipts = 5000
    /// Maximum number of changed profiles that are sent.
    package static let maxProfiles = 1000
    /// How much later a receipt may be sent than an event that happened after it: one or two ticks of the hub, and a
    /// margin for a busy machine.
    package static let receiptLag = Duration.seconds(5)

    /// In their original order, with their current contents: nothing that was deleted in the meantime is included.
    package let events: [Event]
    /// Receipts that may have moved in the meantime.
    package let receipts: [Receipt]
    /// People who share a room with this person, and whose name or avatar may have changed.
    package let profiles: [User]
}

extension Snapshot {
    /// The events after `cursor` in all memberships of a person, including past ones. It starts with the newest event
    /// of each membership and steps back one number at a time, as long as the previous event was missed too.
    ///
    /// It reads only an index: in each room one entry more than there are missed events, however long the log is.
    static let missedPositions = """
        WITH RECURSIVE missed (
            room_id, first_seq, last_seq, oldest_kept, newest_kept, seq, position, previous_position
        ) AS (
            SELECT past.room_id, past.joined_seq, past.left_seq,
                (SELECT min(seq) FROM events WHERE events.room_id = past.room_id),
                (SELECT max(seq) FROM events WHERE events.room_id = past.room_id),
                past.left_seq, leaving.position, previous.position
            FROM past_memberships AS past
            LEFT JOIN events AS leaving ON leaving.room_id = past.room_id AND leaving.seq = past.left_seq
            LEFT JOIN events AS previous ON previous.room_id = past.room_id AND previous.seq = past.left_seq - 1
            WHERE past.user_id = ?1 AND coalesce(leaving.position, past.left_position) > ?2
            UNION ALL
            SELECT members.room_id, members.joined_seq, NULL,
                (SELECT min(seq) FROM events WHERE events.room_id = members.room_id), newest.seq,
                newest.seq, newest.position, previous.position
            FROM members CROSS JOIN events AS newest
            LEFT JOIN events AS previous ON previous.room_id = newest.room_id AND previous.seq = newest.seq - 1
            WHERE members.user_id = ?1 AND newest.position > ?2 AND newest.room_id = members.room_id
                AND newest.seq = (SELECT max(seq) FROM events WHERE events.room_id = members.room_id)
            UNION ALL
            SELECT missed.room_id, missed.first_seq, missed.last_seq, missed.oldest_kept, missed.newest_kept,
                missed.seq - 1, missed.previous_position, previous.position
            FROM missed
            LEFT JOIN events AS previous ON previous.room_id = missed.room_id AND previous.seq = missed.seq - 2
            WHERE missed.seq > missed.first_seq AND missed.previous_position > ?2
        )
        SELECT room_id, first_seq, last_seq, oldest_kept, newest_kept, seq, position, previous_position
        FROM missed LIMIT ?3
        """

    /// Positions of the events that a person missed in each membership, newest first. Nothing else is read until it is
    /// known that all of them are in the log and that there are not too many.
    ///
    /// - Throws: `IncompleteReplay`.
    func missedPositions(of user: User.ID, after cursor: Int64) throws -> [MembershipPeriod: [Int64]] {
        var missed: [MembershipPeriod: [Int64]] = [:]
        var left = MissedEvents.maxEvents
        try forEach(Self.missedPositions, [user, cursor, MissedEvents.maxEvents + 1]) { row in
            let period = MembershipPeriod(roomID: row[0], firstSeq: row[1], lastSeq: row[2])
            left -= 1
            // The event that ended a past membership may have been pruned.
            guard left >= 0, let position: Int64 = row[6], Self.continues(row, from: position, after: cursor) else {
                throw IncompleteReplay()
            }
            missed[period, default: []].append(position)
        }
        return missed
    }

    /// Whether the log has no gap directly before the event in a row of `missedPositions`: the event began the
    /// membership, or the previous event is in the log or cannot be after the cursor.
    private static func continues(_ row: ResultRow, from position: Int64, after cursor: Int64) -> Bool {
        let (firstSeq, oldestKept, newestKept, seq): (Int64, Int64, Int64, Int64) = (row[1], row[3], row[4], row[5])
        if seq <= firstSeq || position == cursor + 1 || row[7] as Int64? != nil { return true }
        // Events that were pruned by age are before every cursor that is still valid. A room that was pruned for its
        // length keeps at least as many events as can be replayed.
        return seq == oldestKept && newestKept - oldestKept < Int64(MissedEvents.maxEvents) - 1
    }

    /// Receipts that have moved since a position, in the rooms of a person: their own, and those that they may see.
    static let movedReceipts = """
        SELECT other.room_id, other.user_id, other.delivered_seq, other.read_seq
        FROM members AS own CROSS JOIN members AS other
        WHERE own.user_id = ?1 AND other.room_id = own.room_id AND other.receipt_position >= ?2
            AND (other.user_id = ?1 OR other.consent <> 'pending' AND other.user_id NOT IN (\(blockedEitherWay)))
        LIMIT ?3
        """

    /// - Throws: `IncompleteReplay` when there are too many.
    func receipts(for viewer: User.ID, since position: Int64) throws -> [Receipt] {
        let receipts = try all(Self.movedReceipts, [viewer, position, MissedEvents.maxReceipts + 1]) { row in
            Receipt(roomID: row[0], userID: row[1], deliveredSeq: row[2], readSeq: row[3])
        }
        guard receipts.count <= MissedEvents.maxReceipts else { throw IncompleteReplay() }
        return receipts
    }
}
