import Vocabulary

/// Something that happened in a room and that its members must not miss.
package struct Event: Sendable {
    package enum Content: Sendable {
        case messageCreated(Message)
        case messageEdited(Message)
        case messageDeleted(Message)
        case attachmentReady(Attachment, in: Message.ID)
        case attachmentFailed(Attachment, in: Message.ID)
        case roomUpdated(Room)
        case roomDeleted
        case memberJoined(Member)
        case memberUpdated(Member)
        case memberLeft(User.ID)
    }

    /// Its place in the log of all rooms; grows with every commit.
    package let position: Int64
    package let roomID: Room.ID
    /// Its place among the events of its room; without gaps.
    package let seq: Int64
    package let at: Timestamp
    package let content: Content

    /// The name of its type on the wire and in the log.
    package var kind: String {
        switch content {
        case .messageCreated: "message.created"
        case .messageEdited: "message.edited"
        case .messageDeleted: "message.deleted"
        case .attachmentReady: "attachment.ready"
        case .attachmentFailed: "attachment.failed"
        case .roomUpdated: "room.updated"
        case .roomDeleted: "room.deleted"
        case .memberJoined: "member.joined"
        case .memberUpdated: "member.updated"
        case .memberLeft: "member.left"
        }
    }

    /// What the log keeps: which things it is about, as JSON. Their words stay in their own tables, so that what is
    /// deleted there is gone from the log too.
    var reference: String {
        switch content {
        case .messageCreated(let message), .messageEdited(let message), .messageDeleted(let message):
            #"{"message_id":"\#(message.id)"}"#
        case .attachmentReady(let attachment, let message), .attachmentFailed(let attachment, let message):
            #"{"message_id":"\#(message)","attachment_id":"\#(attachment.id)"}"#
        case .roomUpdated, .roomDeleted:
            "{}"
        case .memberJoined(let member) where member.isPending:
            #"{"user_id":"\#(member.user.id)","role":"\#(member.role.rawValue)","pending":true}"#
        case .memberJoined(let member), .memberUpdated(let member):
            #"{"user_id":"\#(member.user.id)","role":"\#(member.role.rawValue)"}"#
        case .memberLeft(let user):
            #"{"user_id":"\#(user)"}"#
        }
    }
}

extension Event.Content {
    /// The message that looks different after the event.
    var changedMessage: Message.ID? {
        switch self {
        case .messageEdited(let message), .messageDeleted(let message): message.id
        case .attachmentReady(_, let message), .attachmentFailed(_, let message): message
        case .messageCreated, .roomUpdated, .roomDeleted, .memberJoined, .memberUpdated, .memberLeft: nil
        }
    }
}
