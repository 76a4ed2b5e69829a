import Foundation
import GRDB
import Vocabulary

extension Store {
    /// A message and whether it had been sent before, under the same client id or key.
    package struct Posted: Sendable {
        package let message: Message
        package let isRepeat: Bool
    }

    /// Stores a message with its attachments and its event, or nothing of it.
    ///
    /// - Throws: `invalid`; `notFound` also for rooms and attachments of others; `conflict` for an attachment that is in
    ///   another message; `keyReused` for a client id or key that came with another message.
    package func post(
        _ draft: Draft,
        in room: Room.ID,
        by user: User.ID,
        once request: OnceRequest? = nil
    ) async throws -> Posted {
        let draft = try draft.checked(limits)
        return try await change { [limits] transaction in
            let sender = try transaction.sender(user, memberOf: room)
            var wasSent = false
            let message = try transaction.once(request, subject: \.id, again: { try $0.message($1, in: room) }) {
                transaction in
                let sent = try transaction.sentBefore(draft, in: room, by: user)
                wasSent = sent != nil
                return try sent ?? transaction.insert(draft, in: room, by: sender, limits)
            }
            return Posted(message: message.value, isRepeat: message.isRepeat || wasSent)
        }
    }

    /// - Throws: `notFound`.
    package func message(_ id: Message.ID, in room: Room.ID, for viewer: User.ID) async throws -> Message {
        try await read { db in
            try db.requireMember(viewer, of: room)
            return try db.message(id, in: room)
        }
    }

    /// Part of the room's history.
    ///
    /// - Parameter limit: Messages at most; 1–100.
    /// - Throws: `notFound`.
    package func page(of room: Room.ID, at anchor: PageAnchor, limit: Int, for viewer: User.ID) async throws -> Page {
        try await checkMember(viewer, of: room)
        return try await read { try $0.page(of: room, at: anchor, limit: limit) }
    }

    /// Gives a message another body.
    ///
    /// - Throws: `invalid`, `notFound`, `forbidden` for anybody but its sender, `gone` when it is deleted.
    package func edit(
        _ id: Message.ID,
        in room: Room.ID,
        body: String,
        by user: User.ID
    ) async throws -> Message {
        let body = try Draft.shown(body, limits)
        return try await change { transaction in
            let view = try transaction.db.requireMember(user, of: room)
            var message = try transaction.db.message(id, in: room)
            guard message.sender.id == user else { throw Refusal.forbidden("Only its sender may edit a message.") }
            if let other = view.otherID { try transaction.db.checkMayWrite(user, to: other) }
            guard message.deletedAt == nil else { throw Refusal.gone("The message has been deleted.") }
            try Draft.checkHasContent(body, hasAttachments: !message.attachments.isEmpty)
            try transaction.execute(
                "UPDATE messages SET body = ?, edited_at = ? WHERE id = ?",
                [body, transaction.now, id]
            )
            message.body = body
            message.editedAt = transaction.now
            try transaction.record(.messageEdited(message), in: room)
            return message
        }
    }

    /// Empties a message and lets its attachments go. Deleting it again changes nothing.
    ///
    /// - Throws: `notFound`, `forbidden` for anybody but its sender, an owner or an admin.
    package func deleteMessage(
        _ id: Message.ID,
        in room: Room.ID,
        by user: User.ID
    ) async throws {
        try await change { transaction in
            let view = try transaction.db.requireMember(user, of: room)
            var message = try transaction.db.message(id, in: room)
            let mayDeleteOthers = view.role.map { $0 >= .admin } ?? false
            guard message.sender.id == user || mayDeleteOthers else {
                throw Refusal.forbidden("Only its sender, an owner or an admin may delete a message.")
            }
            // Both are owners of a direct room. Once one has blocked the other, what each wrote is theirs alone.
            if message.sender.id != user, let other = view.otherID { try transaction.db.checkMayWrite(user, to: other) }
            guard message.deletedAt == nil else { return }
            try transaction.execute(
                "UPDATE messages SET body = '', attachment_count = 0, deleted_at = ? WHERE id = ?",
                [transaction.now, id]
            )
            try transaction.execute(
                "UPDATE attachments SET deleted_at = ? WHERE message_id = ? AND deleted_at IS NULL",
                [transaction.now, id]
            )
            transaction.consequences.releasedAttachments += message.attachments.map(\.id)
            message.body = ""
            message.attachments = []
            message.deletedAt = transaction.now
            try transaction.record(.messageDeleted(message), in: room)
        }
    }
}

extension WriteTransaction {
    /// The message that this draft has become before; the retry of a lost answer finds it.
    fileprivate func sentBefore(_ draft: Draft, in room: Room.ID, by user: User.ID) throws -> Message? {
        guard let clientID = draft.clientMessageID else { return nil }
        let found = try Message.fetch(db, where: "sender_id = ? AND client_message_id = ?", [user, clientID]).first
        guard let found else { return nil }
        guard found.roomID == room, found.mayComeFrom(draft) else {
            throw Refusal.keyReused(field: "client_message_id")
        }
        return found
    }

    fileprivate mutating func insert(
        _ draft: Draft,
        in room: Room.ID,
        by member: SendingMember,
        _ limits: ChatLimits
    ) throws -> Message {
        if let reply = draft.replyTo {
            guard try db.exists("SELECT 1 FROM messages WHERE id = ? AND room_id = ?", [reply, room]) else {
                throw Refusal.invalid(field: "reply_to", "There is no such message in this room.")
            }
        }
        let seq = try takeSeq(in: room, for: member, limits)
        let id = Message.ID.make(at: now)
        let attachments = try draft.attachmentIDs.enumerated().map { ordinal, attachment in
            try attach(attachment, to: id, at: ordinal, in: room, by: member.id)
        }
        let message = Message(
            id: id,
            roomID: room,
            seq: seq,
            sender: member.sender,
            body: draft.body,
            attachments: attachments,
            replyTo: draft.replyTo,
            clientMessageID: draft.clientMessageID,
            createdAt: now
        )
        try insert(message)
        try record(.messageCreated(message), in: room, seq: seq)
        return message
    }

    /// Number of the message. Writing in a room is agreeing to be in it, and in a direct room it brings in the other one,
    /// which is an event of its own before the message.
    private mutating func takeSeq(in room: Room.ID, for member: SendingMember, _ limits: ChatLimits) throws -> Int64 {
        let (seq, directKey) = try takeActiveSeq(in: room)
        guard let directKey else {
            try giveConsent(of: member.id, in: room, from: member.consent)
            return seq
        }
        let isTaken = try prepareDirectMessage(in: room, key: directKey, by: member, seq: seq, limits)
        return isTaken ? try nextSeq(in: room) : seq
    }

    /// The next number, with the room moved to the top of its members' lists, and the key of a direct room.
    private func takeActiveSeq(in room: Room.ID) throws -> (seq: Int64, directKey: Data?) {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE rooms SET last_seq = last_seq + 1, activity_position = \(Database.nextPosition)
                WHERE id = ? RETURNING last_seq, direct_key
                """
        )
        guard let row = try Row.fetchOne(statement, arguments: [room]) else { throw Refusal.notFound() }
        return (row[0], row[1])
    }

    private func insert(_ message: Message) throws {
        try execute(
            """
            INSERT INTO messages (id, room_id, seq, sender_id, sender_name, sender_avatar_id, sender_avatar_format,
                body, attachment_count, reply_to, client_message_id, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                message.id, message.roomID, message.seq, message.sender.id, message.sender.displayName,
                message.sender.avatar?.id, message.sender.avatar?.format, message.body, message.attachments.count,
                message.replyTo, message.clientMessageID, message.createdAt,
            ]
        )
    }
}

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
    /// Whether sending the draft made this message. One that was edited or deleted since does not tell any more.
    fileprivate func mayComeFrom(_ draft: Draft) -> Bool {
        guard editedAt == nil, deletedAt == nil else { return true }
        return body == draft.body && replyTo == draft.replyTo && attachments.map(\.id) == draft.attachmentIDs
    }

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
