import Foundation
import GRDB
import Vocabulary

/// How a message comes into being.
extension WriteTransaction {
    /// The message that this draft has become before; the retry of a lost answer finds it.
    func sentBefore(_ draft: Draft, in room: Room.ID, by user: User.ID) throws -> Message? {
        guard let clientID = draft.clientMessageID else { return nil }
        let found = try Message.fetch(db, where: "sender_id = ? AND client_message_id = ?", [user, clientID]).first
        guard let found else { return nil }
        guard found.roomID == room, found.mayComeFrom(draft) else {
            throw Refusal.keyReused(field: "client_message_id")
        }
        return found
    }

    mutating func insert(
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

extension Message {
    /// Whether sending the draft made this message. One that was edited or deleted since does not tell any more.
    fileprivate func mayComeFrom(_ draft: Draft) -> Bool {
        guard editedAt == nil, deletedAt == nil else { return true }
        return body == draft.body && replyTo == draft.replyTo && attachments.map(\.id) == draft.attachmentIDs
    }
}
