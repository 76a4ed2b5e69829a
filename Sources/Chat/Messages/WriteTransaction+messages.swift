import FoundationEssentials
import Vocabulary

extension WriteTransaction {
    mutating func insert(
        _ draft: Draft,
        in room: Room.ID,
        by member: SendingMember,
        _ limits: ChatLimits
    ) throws -> Message {
        if let reply = draft.replyTo {
            guard try db.hasMessage(reply, in: room) else {
                throw Refusal.invalid(field: "reply_to", "There is no such message in this room.")
            }
        }
        let seq = try takeSeq(in: room, for: member, limits)
        let id = Message.ID.make(at: now)
        let attachments = try attach(draft.attachmentIDs, to: id, in: room, by: member.id)
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

    /// Takes the number of the message. Writing in a room counts as agreeing to be in it, and in a direct room it adds
    /// the other person, which is an event of its own before the message.
    private mutating func takeSeq(in room: Room.ID, for member: SendingMember, _ limits: ChatLimits) throws -> Int64 {
        let (seq, directKey) = try takeActiveSeq(in: room)
        guard let directKey else {
            try giveConsent(of: member.id, in: room, from: member.consent)
            return seq
        }
        let isTaken = try prepareDirectMessage(in: room, key: directKey, by: member, seq: seq, limits)
        return isTaken ? try nextSeq(in: room) : seq
    }

    /// Takes the next number and moves the room to the top of its members' lists. Also returns the key of a direct
    /// room.
    private func takeActiveSeq(in room: Room.ID) throws -> (seq: Int64, directKey: Data?) {
        let taken = try db.first(Self.takingActiveSeq, [room]) { row in
            (seq: row[0] as Int64, directKey: row[1] as Data?)
        }
        guard let taken else { throw Refusal.notFound() }
        return taken
    }

    static let takingActiveSeq = """
        UPDATE rooms SET last_seq = last_seq + 1, activity_position = \(Snapshot.nextPosition)
        WHERE id = ? RETURNING last_seq, direct_key
        """

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

extension WriteTransaction {
    /// Empties a message and releases its attachments.
    mutating func empty(_ message: Message) throws {
        try updateMessage(message.id, "body = '', attachment_count = 0, deleted_at = ?", [now])
        try execute(
            "UPDATE attachments SET deleted_at = ? WHERE message_id = ? AND deleted_at IS NULL",
            [now, message.id]
        )
        consequences.releasedAttachments += message.attachments.map(\.id)
        var emptied = message
        emptied.body = ""
        emptied.attachments = []
        emptied.deletedAt = now
        try record(.messageDeleted(emptied), in: message.roomID)
    }

    /// The person as the sender of a message.
    ///
    /// - Throws: `notFound`.
    func sender(_ user: User.ID) throws -> Message.Sender {
        let sender = try db.first(Snapshot.sender, [user]) { Message.Sender(id: user, row: $0) }
        guard let sender else { throw Refusal.notFound() }
        return sender
    }

    /// The person as a sender who is a member of the room: one query for everything that posting a message needs.
    ///
    /// - Returns: The member, and the message that they have already sent with the client id.
    /// - Throws: `notFound` for anybody who is not a member.
    func sender(
        _ user: User.ID,
        memberOf room: Room.ID,
        clientMessageID: Identifier<ClientMessage>?
    ) throws -> (member: SendingMember, sent: Message.ID?) {
        let found = try db.first(Snapshot.sendingMember, [clientMessageID, room, user]) { row in
            let sender = Message.Sender(id: user, row: row)
            return (member: SendingMember(sender: sender, consent: row[3]), sent: row[4] as Message.ID?)
        }
        guard let found else { throw Refusal.notFound() }
        return found
    }
}

extension Message.Sender {
    /// Reads a row of `sender` or `sendingMember`.
    fileprivate init(id: User.ID, row: ResultRow) {
        var avatar: Message.Avatar?
        if let id: Attachment.ID = row[1], let format: VariantFormat = row[2] {
            avatar = Message.Avatar(id: id, format: format)
        }
        self.init(id: id, displayName: row[0], avatar: avatar)
    }
}

extension Snapshot {
    static let sender = """
        SELECT users.display_name, users.avatar_id, variants.format FROM users
        LEFT JOIN variants ON variants.attachment_id = users.avatar_id AND variants.size = 150
        WHERE users.id = ?
        """
    static let sendingMember = """
        SELECT users.display_name, users.avatar_id, variants.format, members.consent,
            (SELECT id FROM messages WHERE sender_id = members.user_id AND client_message_id = ?)
        FROM members JOIN users ON users.id = members.user_id
        LEFT JOIN variants ON variants.attachment_id = users.avatar_id AND variants.size = 150
        WHERE members.room_id = ? AND members.user_id = ?
        """

    /// The message that was already made from the draft. A client that retries after a lost answer finds it by its
    /// client id.
    ///
    /// - Throws: `keyReused` if the client id has been used for another draft.
    func sentMessage(_ id: Message.ID, from draft: Draft, in room: Room.ID) throws -> Message {
        guard let message = try messages(where: "id = ?", [id]).first, message.roomID == room,
            message.mayComeFrom(draft)
        else { throw Refusal.keyReused(field: "client_message_id") }
        return message
    }
}

extension Message {
    /// Whether the message may have been made from the draft. A message that was edited or deleted since is not
    /// compared.
    fileprivate func mayComeFrom(_ draft: Draft) -> Bool {
        guard editedAt == nil, deletedAt == nil else { return true }
        return body == draft.body && replyTo == draft.replyTo && attachments.map(\.id) == draft.attachmentIDs
    }
}
