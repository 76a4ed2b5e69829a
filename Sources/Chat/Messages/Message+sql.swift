import Vocabulary

extension Snapshot {
    /// Messages with their attachments, without those that are only in the archive. Runs at most three statements,
    /// however many messages there are.
    ///
    /// - Parameter condition: The condition after `WHERE` in a query of the table `messages` alone.
    func messages(where condition: String, _ values: SQLValues) throws -> [Message] {
        let sql = "SELECT \(Message.columns) FROM messages WHERE \(condition)"
        return try withAttachments(all(sql, values, StoredMessage.init))
    }

    /// The messages with these ids that exist. Runs at most three statements, and none without ids; up to three more if
    /// some are not in `messages`.
    func messages(_ ids: some Collection<Message.ID>) throws -> [Message.ID: Message] {
        guard !ids.isEmpty else { return [:] }
        let list = SQLList(ids)
        let messages = try messages(where: "id IN (\(list.places))", list.values)
        let found = Dictionary(uniqueKeysWithValues: messages.map { ($0.id, $0) })
        return try found.merging(archived(ids.filter { found[$0] == nil })) { recent, _ in recent }
    }

    private func archived(_ ids: some Collection<Message.ID>) throws -> [Message.ID: Message] {
        guard !ids.isEmpty else { return [:] }
        let list = SQLList(ids)
        let stored = try all(Self.archivedMessages(in: list.places), list.values, StoredMessage.init)
        return Dictionary(uniqueKeysWithValues: try withAttachments(stored).map { ($0.id, $0) })
    }

    /// - Throws: `notFound`.
    func message(_ id: Message.ID, in room: Room.ID) throws -> Message {
        let message = try messages(where: "id = ? AND room_id = ?", [id, room]).first ?? archived([id])[id]
        guard let message, message.roomID == room else { throw Refusal.notFound() }
        return message
    }

    /// Whether there is such a message in the room.
    func hasMessage(_ id: Message.ID, in room: Room.ID) throws -> Bool {
        try exists("SELECT 1 FROM messages WHERE id = ? AND room_id = ?", [id, room])
            || exists(Self.isArchivedInRoom, [id, room])
    }

    func withAttachments(_ stored: some Collection<StoredMessage>) throws -> [Message] {
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
struct StoredMessage {
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
    static let columnCount = 14

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
