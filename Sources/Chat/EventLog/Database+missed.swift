import GRDB
import Vocabulary

/// An event as the log keeps it: what it is about, without words.
struct LogEntry {
    let position: Int64
    let roomID: Room.ID
    let seq: Int64
    let kind: String
    let at: Timestamp
    let messageID: Message.ID?
    let attachmentID: Attachment.ID?
    let userID: User.ID?
    let role: Member.Role?
    /// Whether somebody joined because a stranger wrote to them.
    let isPending: Bool
}

/// A time that somebody spends, or has spent, in a room.
struct Stay {
    let roomID: Room.ID
    /// Their joining; the first event that they hear.
    let firstSeq: Int64
    /// Their leaving, or the end of the room; the last event that they hear. Nil while they are a member.
    let lastSeq: Int64?
}

extension Database {
    /// What `user` did not hear since `position`; nil when that cannot be told whole.
    func missed(by user: User.ID, after position: Int64) throws -> Missed? {
        let floor = try Int64.fetchOne(cachedStatement(sql: "SELECT log_floor FROM meta WHERE id = 1")) ?? 0
        guard position >= floor, let stays = try stays(of: user, after: position),
            let counts = try eventCounts(of: stays, after: position)
        else { return nil }
        var events: [Event] = []
        var bytesLeft = Missed.maxBytes
        for (stay, count) in zip(stays, counts) where count > 0 {
            guard let entries = try entries(of: stay, newest: count),
                let told = try retell(entries, of: stay, within: &bytesLeft)
            else { return nil }
            events += told
        }
        // Receipts that never moved and profiles that never changed are at position 0.
        let since = try positionOfDeliveredReceipts(before: position) ?? max(floor, 1)
        guard let receipts = try receipts(in: stays, since: since, for: user),
            let profiles = try profiles(seenBy: user, since: since)
        else { return nil }
        return Missed(
            events: events.sorted { $0.position < $1.position },
            receipts: receipts,
            profiles: profiles
        )
    }

    static let staysOfUser = """
        SELECT room_id, joined_seq, NULL FROM members WHERE user_id = ?
        """
    static let pastStaysOfUser = """
        SELECT room_id, joined_seq, left_seq FROM past_memberships WHERE user_id = ? AND left_position > ? LIMIT ?
        """

    /// The rooms in which something may have been missed; nil when there are too many past ones.
    private func stays(of user: User.ID, after position: Int64) throws -> [Stay]? {
        let present = try Row.fetchAll(cachedStatement(sql: Self.staysOfUser), arguments: [user])
        let past = try Row.fetchAll(
            cachedStatement(sql: Self.pastStaysOfUser),
            arguments: [user, position, Missed.maxEvents + 1]
        )
        guard past.count <= Missed.maxEvents else { return nil }
        return (present + past).map { Stay(roomID: $0[0], firstSeq: $0[1], lastSeq: $0[2]) }
    }

    static let positionsOfRoom = """
        SELECT position FROM events WHERE room_id = ? AND seq BETWEEN ? AND ? ORDER BY seq DESC LIMIT ?
        """

    /// How many events each stay has behind `position`; nil for more than may be missed in all.
    ///
    /// The index alone is read, backwards: one entry more than there are for each stay, and never more than one above
    /// the limit, however long the log is. Nothing else is read before the answer is known.
    func eventCounts(of stays: [Stay], after position: Int64) throws -> [Int]? {
        var left = Missed.maxEvents
        var counts: [Int] = []
        for stay in stays {
            let positions = try Int64.fetchCursor(
                cachedStatement(sql: Self.positionsOfRoom),
                arguments: [stay.roomID, stay.firstSeq, stay.lastSeq ?? .max, left + 1]
            )
            var count = 0
            while let found = try positions.next(), found > position { count += 1 }
            guard count <= left else { return nil }
            left -= count
            counts.append(count)
        }
        return counts
    }

    static let eventsOfRoom = """
        SELECT position, seq, kind, at, payload ->> '$.message_id', payload ->> '$.attachment_id',
            payload ->> '$.user_id', payload ->> '$.role', payload ->> '$.pending'
        FROM events WHERE room_id = ? AND seq BETWEEN ? AND ? ORDER BY seq DESC LIMIT ?
        """

    /// The stay's newest events, newest first; nil with a gap.
    private func entries(of stay: Stay, newest count: Int) throws -> [LogEntry]? {
        let rows = try Row.fetchCursor(
            cachedStatement(sql: Self.eventsOfRoom),
            arguments: [stay.roomID, stay.firstSeq, stay.lastSeq ?? .max, count]
        )
        var entries: [LogEntry] = []
        while let row = try rows.next() {
            let entry = LogEntry(row: row, room: stay.roomID)
            if let later = entries.last, later.seq != entry.seq + 1 { return nil }
            entries.append(entry)
        }
        if let last = stay.lastSeq, entries.first?.seq != last { return nil }
        return entries
    }

    static let eventAtOrBefore = "SELECT position, at FROM events WHERE position <= ? ORDER BY position DESC LIMIT 1"

    /// A position at which every receipt written so far had been sent to a client that has received the event at
    /// `position`: events go out at once, receipts only with the second tick behind them. Nil when there is none.
    ///
    /// It steps back twice as far each time, so that it reads a handful of rows where a thousand events share a second.
    private func positionOfDeliveredReceipts(before position: Int64) throws -> Int64? {
        let statement = try cachedStatement(sql: Self.eventAtOrBefore)
        guard let newest = try Row.fetchOne(statement, arguments: [position]) else { return nil }
        let limit = (newest[1] as Timestamp) - Missed.receiptLag
        var (probe, step): (Int64, Int64) = ((newest[0] as Int64) - 1, 1)
        while let row = try Row.fetchOne(statement, arguments: [probe]) {
            let found: Int64 = row[0]
            if (row[1] as Timestamp) < limit { return found }
            step *= 2
            probe = found - step
        }
        return nil
    }

    static let changedProfiles = """
        SELECT id FROM users WHERE profile_position >= ? AND profile_position > 0 ORDER BY profile_position LIMIT ?
        """

    /// Of those who share a room with the person, and of themselves; nil when there may be too many.
    private func profiles(seenBy user: User.ID, since position: Int64) throws -> [User]? {
        let changed = try User.ID.fetchAll(
            cachedStatement(sql: Self.changedProfiles),
            arguments: [position, Missed.maxProfiles + 1]
        )
        guard changed.count <= Missed.maxProfiles else { return nil }
        return try changed.filter { try $0 == user || exists(Self.sharedRoom, [user, $0]) }.map { try self.user($0) }
    }

    static let movedReceipts = """
        SELECT user_id, delivered_seq, read_seq, consent FROM members WHERE room_id = ? AND receipt_position >= ?
        """

    /// Those that the viewer may know.
    private func receipts(in stays: [Stay], since position: Int64, for viewer: User.ID) throws -> [Receipt]? {
        let blocked = try blockedEitherWay(with: viewer)
        var receipts: [Receipt] = []
        for stay in stays where stay.lastSeq == nil {
            let moved = try Row.fetchAll(
                cachedStatement(sql: Self.movedReceipts),
                arguments: [stay.roomID, position]
            )
            for row in moved {
                let user: User.ID = row[0]
                guard user == viewer || row[3] as Consent != .pending && !blocked.contains(user) else { continue }
                receipts.append(Receipt(roomID: stay.roomID, userID: user, deliveredSeq: row[1], readSeq: row[2]))
            }
            guard receipts.count <= Missed.maxReceipts else { return nil }
        }
        return receipts
    }
}

extension LogEntry {
    /// From a row of `eventsOfRoom`.
    fileprivate init(row: Row, room: Room.ID) {
        position = row[0]
        roomID = room
        seq = row[1]
        kind = row[2]
        at = row[3]
        messageID = (row[4] as String?).flatMap(Message.ID.init)
        attachmentID = (row[5] as String?).flatMap(Attachment.ID.init)
        userID = (row[6] as String?).flatMap(User.ID.init)
        role = (row[7] as String?).flatMap(Member.Role.init)
        isPending = row[8] as Bool? ?? false
    }
}
