extension Snapshot {
    /// The newest messages, newest first. A room keeps so many of them in `messages` that a page never needs the
    /// archive.
    static let newestMessages = """
        SELECT \(Message.columns) FROM messages WHERE room_id = ? ORDER BY seq DESC LIMIT ?
        """
    /// Messages before a number, newest first, and whether there are any at that number or later.
    static let messagesBefore = """
        SELECT \(Message.columns), \(boundary), EXISTS (SELECT 1 FROM messages WHERE room_id = ?1 AND seq >= ?2)
        FROM messages WHERE room_id = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3
        """
    /// Messages from a number on, and whether there are any before it.
    static let messagesFrom = """
        SELECT \(Message.columns), \(boundary), EXISTS (SELECT 1 FROM messages WHERE room_id = ?1 AND seq < ?2)
        FROM messages WHERE room_id = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3
        """
    /// Messages on both sides of a number.
    static let messagesAround = """
        SELECT * FROM (
            SELECT \(Message.columns), \(boundary) FROM messages
            WHERE room_id = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3
        ) AS earlier
        UNION ALL
        SELECT * FROM (
            SELECT \(Message.columns), \(boundary) FROM messages
            WHERE room_id = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?4
        ) AS later
        """
    /// Up to which number messages of the room are in the archive.
    private static let boundary = "(SELECT archived_seq FROM rooms WHERE id = ?1)"
    static let hasMessageFrom = """
        SELECT \(boundary), EXISTS (SELECT 1 FROM messages WHERE room_id = ?1 AND seq >= ?2)
        """
    private static let hasMessageBefore = "SELECT 1 FROM messages WHERE room_id = ? AND seq < ? LIMIT 1"

    /// A page of a room's history. Runs at most three statements: one message more than the page holds is read, to see
    /// whether there are more. A page that reaches the archive takes up to five.
    func page(of room: Room.ID, at anchor: PageAnchor, limit: Int) throws -> Page {
        switch anchor {
        case .newest: try newestPage(of: room, limit)
        case .before(let seq): try page(of: room, before: seq, limit)
        case .after(let seq): try page(of: room, from: seq == .max ? .max : seq + 1, limit)
        case .around(let seq): try page(of: room, around: seq, limit)
        }
    }

    private func newestPage(of room: Room.ID, _ limit: Int) throws -> Page {
        let found = try all(Self.newestMessages, [room, limit + 1], StoredMessage.init)
        return Page(
            messages: try withAttachments(found.prefix(limit).reversed()),
            hasMoreBefore: found.count > limit,
            hasMoreAfter: false
        )
    }

    private func page(of room: Room.ID, before seq: Int64, _ limit: Int) throws -> Page {
        var span = PageSpan(room: room, seq: seq, earlier: limit + 1, later: 0)
        // The newest messages are never archived, so `messages` alone tells whether there are later ones.
        var hasLater: Bool?
        try forEach(Self.messagesBefore, [room, seq, limit + 1]) { row in
            span.archivedSeq = row[Message.columnCount]
            hasLater = row[Message.columnCount + 1]
            span.found.append(StoredMessage(row))
        }
        span.found.reverse()
        if hasLater == nil {
            try forEach(Self.hasMessageFrom, [room, seq]) { row in
                span.archivedSeq = row[0] ?? 0
                hasLater = row[1]
            }
        }
        let found = try readArchive(for: &span)
        return Page(
            messages: try withAttachments(found.suffix(limit)),
            hasMoreBefore: found.count > limit,
            hasMoreAfter: hasLater ?? false,
            isFromArchive: span.isFromArchive
        )
    }

    private func page(of room: Room.ID, from seq: Int64, _ limit: Int) throws -> Page {
        var span = PageSpan(room: room, seq: seq, earlier: 0, later: limit + 1)
        var hasEarlier: Bool?
        try forEach(Self.messagesFrom, [room, seq, limit + 1]) { row in
            span.archivedSeq = row[Message.columnCount]
            hasEarlier = row[Message.columnCount + 1]
            span.found.append(StoredMessage(row))
        }
        let found = try readArchive(for: &span)
        let split = found.firstIndex { $0.message.seq >= seq } ?? found.endIndex
        let later = found[split...]
        return Page(
            messages: try withAttachments(later.prefix(limit)),
            hasMoreBefore: try split > 0 || span.hasArchivedBefore
                || hasEarlier ?? exists(Self.hasMessageBefore, [room, seq]),
            hasMoreAfter: later.count > limit,
            isFromArchive: span.isFromArchive
        )
    }

    private func page(of room: Room.ID, around seq: Int64, _ limit: Int) throws -> Page {
        let half = limit / 2
        var span = PageSpan(room: room, seq: seq, earlier: half + 1, later: limit + 1)
        try forEach(Self.messagesAround, [room, seq, half + 1, limit + 1]) { row in
            span.archivedSeq = row[Message.columnCount]
            span.found.append(StoredMessage(row))
        }
        span.found.sort { $0.message.seq < $1.message.seq }
        let found = try readArchive(for: &span)
        let split = found.firstIndex { $0.message.seq >= seq } ?? found.endIndex
        let earlier = found[..<split].suffix(half)
        let later = found[split...].prefix(limit - earlier.count)
        return Page(
            messages: try withAttachments(earlier + later),
            hasMoreBefore: earlier.startIndex > found.startIndex,
            hasMoreAfter: later.endIndex < found.endIndex,
            isFromArchive: span.isFromArchive
        )
    }

    /// Adds to the span what only the archive has. Runs a statement if the span reaches the archive.
    ///
    /// - Returns: All messages of the span, oldest first.
    private func readArchive(for span: inout PageSpan) throws -> [StoredMessage] {
        if let need = span.archiveNeed {
            let values: SQLValues = [span.room, need.below, need.earlier, span.seq, span.archivedSeq, need.later]
            span.add(archived: try all(Self.archivedPage, values, StoredMessage.init))
        }
        return span.found
    }
}
