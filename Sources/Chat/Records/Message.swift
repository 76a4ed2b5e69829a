import Vocabulary

/// A message in a room.
package struct Message: Sendable, Equatable {
    package typealias ID = Identifier<Message>

    /// The sender's name and avatar, stored with the message so that a page reads only one table.
    package struct Sender: Sendable, Equatable {
        package let id: User.ID
        package let displayName: String
        package let avatar: Avatar?
    }

    /// The thumbnail of a sender's picture.
    package struct Avatar: Sendable, Equatable {
        package let id: Attachment.ID
        package let format: VariantFormat
    }

    package let id: ID
    package let roomID: Room.ID
    /// Number of its creation among the events of the room.
    package let seq: Int64
    package let sender: Sender
    /// Empty for a deleted message, and for one that has only attachments.
    package var body: String
    package var attachments: [Attachment]
    package let replyTo: ID?
    package let clientMessageID: Identifier<ClientMessage>?
    package let createdAt: Timestamp
    package var editedAt: Timestamp?
    package var deletedAt: Timestamp?
}

/// The entity of the ids that clients give their messages before sending them.
package enum ClientMessage {}

/// A member who writes a message.
struct SendingMember {
    let sender: Message.Sender
    let consent: Consent

    var id: User.ID { sender.id }
}
