import Vocabulary

extension Snapshot {
    /// The newest messages, newest first.
    static let newestMessages = """
        SELECT \(Message.columns) FROM messages WHERE room_id = ? ORDER BY seq DESC LIMIT ?
        """
    /// Messages before a number, newest first, and whether there are any at that number or later.
    static let messagesBefore = """
        SELECT \(Message.columns), EXISTS (SELECT 1 FROM messages WHERE room_id = ?1 AND seq >= ?2)
        FROM messages WHERE room_id = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3
        """
    /// Messages from a number on, and whether there are any before it.
    static let messagesFrom = """
        SELECT \(Message.columns), EXISTS (SELECT 1 FROM messages WHERE room_id = ?1 AND seq < ?2)
        FROM messages WHERE room_id = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3
        """
    /// Messages on both sides of a number.
    static let messagesAround = """
        SELECT * FROM (
            SELECT \(Message.columns) FROM messages WHERE room_id = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3
        ) AS earlier
        UNION ALL
        SELECT * FROM (
            SELECT \(Message.columns) FROM messages WHERE room_id = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?4
        ) AS later
        """
    private static let hasMessageBefore = "SELECT 1 FROM messages WHERE room_id = ? AND seq < ? LIMIT 1"
    private static let hasMessageFrom = "SELECT 1 FROM messages WHERE room_id = ? AND seq >= ? LIMIT 1"

    /// Messages with their attachments. Runs at most three statements, however many messages there are.
    ///
    /// - Parameter condition: The condition after `WHERE` in a query of the table `messages` alone.
    func messages(where condition: String, _ values: SQLValues) throws -> [Message] {
        let sql = "SELECT \(Message.columns) FROM messages WHERE \(condition)"
        return try withAttachments(all(sql, values, StoredMessage.init))
    }

    /// The messages with these ids that exist. Runs at most three statements, and none without ids.
    func messages(_ ids: some Collection<Message.ID>) throws -> [Message.ID: Message] {
        guard !ids.isEmpty else { return [:] }
        let list = SQLList(ids)
        let messages = try messages(where: "id IN (\(list.places))", list.values)
        return Dictionary(uniqueKeysWithValues: messages.map { ($0.id, $0) })
    }

    /// - Throws: `notFound`.
    func message(_ id: Message.ID, in room: Room.ID) throws -> Message {
        guard let message = try messages(where: "id = ? AND room_id = ?", [id, room]).first else {
            throw Refusal.notFound()
        }
        return message
    }

    /// A page of a room's history. Runs at most three statements: one message more than the page holds is read, to see
    /// whether there are more.
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
        var hasLater: Bool?
        let found = try all(Self.messagesBefore, [room, seq, limit + 1]) { row in
            hasLater = row[Message.columnCount]
            return StoredMessage(row)
        }
        return Page(
            messages: try withAttachments(found.prefix(limit).reversed()),
            hasMoreBefore: found.count > limit,
            hasMoreAfter: try hasLater ?? exists(Self.hasMessageFrom, [room, seq])
        )
    }

    private func page(of room: Room.ID, from seq: Int64, _ limit: Int) throws -> Page {
        var hasEarlier: Bool?
        let found = try all(Self.messagesFrom, [room, seq, limit + 1]) { row in
            hasEarlier = row[Message.columnCount]
            return StoredMessage(row)
        }
        return Page(
            messages: try withAttachments(found.prefix(limit)),
            hasMoreBefore: try hasEarlier ?? exists(Self.hasMessageBefore, [room, seq]),
            hasMoreAfter: found.count > limit
        )
    }

    private func page(of room: Room.ID, around seq: Int64, _ limit: Int) throws -> Page {
        let half = limit / 2
        let found = try all(Self.messagesAround, [room, seq, half + 1, limit + 1], StoredMessage.init)
            .sorted { $0.message.seq < $1.message.seq }
        let split = found.firstIndex { $0.message.seq >= seq } ?? found.endIndex
        let earlier = found[..<split].suffix(half)
        let later = found[split...].prefix(limit - earlier.count)
        return Page(
            messages: try withAttachments(earlier + later),
            hasMoreBefore: earlier.startIndex > found.startIndex,
            hasMoreAfter: later.endIndex < found.endIndex
        )
    }

    private func withAttachments(_ stored: some Collection<StoredMessage>) throws -> [Message] {
        let attachments = try attachments(of: stored.filter(\.hasAttachments).map(\.message.id))
        guard !attachments.isEmpty else { return stored.map(\.message) }
        return stored.map { stored in
            var message = stored.message
            message.attachments = attachments[message.id] ?? []
            return message
        }
    }
}

/// A message as it is stored in its row, without its attachments.
private struct StoredMessage {
    var message: Message
    let hasAttachments: Bool

    init(_ row: ResultRow) {
        message = Message(row: row)
        hasAttachments = row[8] as Int > 0
    }
}

extension Message {
    static let columns = """
        id, room_id, seq, sender_id, sender_name, sender_avatar_id, sender_avatar_format, body, attachment_count,
        reply_to, client_message_id, created_at, edited_at, deleted_at
        """
    /// Number of columns in `columns`.
    fileprivate static let columnCount = 14

    /// Reads `columns`, without the attachments.
    fileprivate init(row: ResultRow) {
        var avatar: Avatar?
        if let picture: Attachment.ID = row[5], let format: VariantFormat = row[6] {
            avatar = Avatar(id: picture, format: format)
        }
        self.init(
            id: row[0],
            roomID: row[1],
            seq: row[2],
            sender: Sender(id: row[3], displayName: row[4], avatar: avatar),
            body: row[7],
            attachments: [],
            replyTo: row[9],
            clientMessageID: row[10],
            createdAt: row[11],
            editedAt: row[12],
            deletedAt: row[13]
        )
    }
}
