import Vocabulary

/// Something said in a room.
package struct Message: Sendable, Equatable {
    package typealias ID = Identifier<Message>

    /// The sender as they are called in the room; kept with the message, so that a page reads one table.
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
    /// Number of its creation among the room's events.
    package let seq: Int64
    package let sender: Sender
    /// Empty in a deleted message, and where attachments say it all.
    package var body: String
    package var attachments: [Attachment]
    package let replyTo: ID?
    package let clientMessageID: Identifier<ClientMessage>?
    package let createdAt: Timestamp
    package var editedAt: Timestamp?
    package var deletedAt: Timestamp?
}

/// Names the ids that clients give their messages before sending them.
package enum ClientMessage {}
