import GRDB
import Vocabulary

extension Database {
    static let newestMessages = "room_id = ? ORDER BY seq DESC LIMIT ?"
    static let messagesBefore = "room_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?"
    static let messagesAfter = "room_id = ? AND seq > ? ORDER BY seq LIMIT ?"
    static let hasMessageBefore = "SELECT 1 FROM messages WHERE room_id = ? AND seq < ? LIMIT 1"
    static let hasMessageAfter = "SELECT 1 FROM messages WHERE room_id = ? AND seq > ? LIMIT 1"

    /// - Throws: `notFound`.
    func message(_ id: Message.ID, in room: Room.ID) throws -> Message {
        guard let message = try Message.fetch(self, where: "id = ? AND room_id = ?", [id, room]).first else {
            throw Refusal.notFound()
        }
        return message
    }

    func page(of room: Room.ID, at anchor: PageAnchor, limit: Int) throws -> Page {
        let messages: [Message]
        switch anchor {
        case .newest:
            messages = try Message.fetch(self, where: Self.newestMessages, [room, limit]).reversed()
        case .before(let seq):
            messages = try Message.fetch(self, where: Self.messagesBefore, [room, seq, limit]).reversed()
        case .after(let seq):
            messages = try Message.fetch(self, where: Self.messagesAfter, [room, seq, limit])
        case .around(let seq):
            let before = try Message.fetch(self, where: Self.messagesBefore, [room, seq, limit / 2])
            let rest = limit - before.count
            messages = try before.reversed() + Message.fetch(self, where: Self.messagesAfter, [room, seq - 1, rest])
        }
        return Page(
            messages: messages,
            hasMoreBefore: try hasMore(Self.hasMessageBefore, room, messages.first?.seq ?? anchor.floor),
            hasMoreAfter: anchor == .newest
                ? false : try hasMore(Self.hasMessageAfter, room, messages.last?.seq ?? anchor.ceiling)
        )
    }

    private func hasMore(_ sql: String, _ room: Room.ID, _ seq: Int64) throws -> Bool {
        try exists(sql, [room, seq])
    }
}

extension PageAnchor {
    /// What an empty page lies behind: nothing before `before`, everything up to `after`.
    fileprivate var floor: Int64 {
        switch self {
        case .newest, .before: 0
        case .after(let seq): seq + 1
        case .around(let seq): seq
        }
    }

    fileprivate var ceiling: Int64 {
        switch self {
        case .newest: 0
        case .before(let seq): seq - 1
        case .after(let seq), .around(let seq): seq
        }
    }
}

extension Message {
    static let columns = """
        id, room_id, seq, sender_id, sender_name, sender_avatar_id, sender_avatar_format, body, attachment_count,
        reply_to, client_message_id, created_at, edited_at, deleted_at
        """

    /// Reads by column number and without an intermediate array of rows: this is the hottest query there is.
    static func fetch(_ db: Database, where condition: String, _ arguments: StatementArguments) throws -> [Message] {
        let statement = try db.cachedStatement(sql: "SELECT \(columns) FROM messages WHERE \(condition)")
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        var messages: [Message] = []
        while let row = try rows.next() {
            messages.append(try Message(row: row, db: db))
        }
        return messages
    }

    private init(row: Row, db: Database) throws {
        let id: ID = row[0]
        var avatar: Avatar?
        if let picture: Attachment.ID = row[5], let format: VariantFormat = row[6] {
            avatar = Avatar(id: picture, format: format)
        }
        let hasAttachments = row[8] as Int > 0
        self.init(
            id: id,
            roomID: row[1],
            seq: row[2],
            sender: Sender(id: row[3], displayName: row[4], avatar: avatar),
            body: row[7],
            attachments: hasAttachments ? try db.attachments(of: id) : [],
            replyTo: row[9],
            clientMessageID: row[10],
            createdAt: row[11],
            editedAt: row[12],
            deletedAt: row[13]
        )
    }
}
