/// Everything that a client did not receive while it was disconnected.
package struct MissedEvents: Sendable {
    /// Events that are replayed at most. A client that missed more fetches its state again.
    package static let maxEvents = 1000
    /// Past memberships of one room that are replayed at most, the newest ones. A client fetches the room when it joins
    /// again, so removing and adding somebody many times costs no more than doing it four times.
    package static let maxStaysPerRoom = 4
    /// Bytes that are replayed at most, as sent. A client that missed more fetches its state again.
    package static let maxBytes = 2 << 20
    /// Receipts that are sent at most.
    package static let maxReceipts = 5000
    /// Changed profiles that are sent at most.
    package static let maxProfiles = 1000
    /// Time by which a receipt may be sent later than an event that happened after it: one or two ticks of the hub, and
    /// a reserve for a busy machine.
    package static let receiptLag = Duration.seconds(5)

    /// In their original order. Their contents are read now, so nothing that was deleted in the meantime is in them.
    package let events: [Event]
    /// Receipts that may have moved in the meantime.
    package let receipts: [Receipt]
    /// People who share a room with this one and may have another name or avatar now.
    package let profiles: [User]
}

extension Snapshot {
    /// The events behind `cursor` in all memberships of a person, past ones included. It starts with the newest event of
    /// each membership and steps back, one number at a time, for as long as the event before was missed too.
    ///
    /// It reads an index alone, one entry more than there are missed events in each room, however long the log is.
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

    /// Positions of the events that a person missed in each membership, newest first. Nothing else is read before it is
    /// known that all of them are there and that they are not too many.
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

    /// Whether no missed event is absent directly before the one in a row of `missedPositions`: that one began the
    /// membership, or the event before it is in the log or cannot lie behind the cursor.
    private static func continues(_ row: ResultRow, from position: Int64, after cursor: Int64) -> Bool {
        let (firstSeq, oldestKept, newestKept, seq): (Int64, Int64, Int64, Int64) = (row[1], row[3], row[4], row[5])
        if seq <= firstSeq || position == cursor + 1 || row[7] as Int64? != nil { return true }
        // Events that were pruned by age lie before every cursor that is still valid. A room that was pruned because it
        // is long keeps at least as many events as may be missed.
        return seq == oldestKept && newestKept - oldestKept < Int64(MissedEvents.maxEvents) - 1
    }

    /// Receipts that have moved since, in the rooms of a person: their own ones, and those that they may know.
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
