import Vocabulary

/// Something that happened in a room and that its members must not miss.
package struct Event: Sendable {
    /// Position in the log of all rooms, which increases with every event. 0 until the event is written to the log.
    package internal(set) var position: Int64
    package let roomID: Room.ID
    /// Number among the events of its room; without gaps.
    package let seq: Int64
    package let at: Timestamp
    package let content: Content

    /// The name of its kind on the wire and in the log.
    package var kind: String { content.kind.rawValue }

    /// The event as it is stored in the log.
    var logged: LoggedEvent {
        LoggedEvent(roomID: roomID.uuid, seq: seq, kind: kind, reference: content.reference.json, at: at)
    }
}

/// The kinds of events. Everything that this module knows about a kind is declared in this file, and the compiler asks
/// for each part of a new kind. The JSON is in `Server`.
extension Event {
    /// What happened.
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

    /// Raw values are the names on the wire and in the log.
    enum Kind: String, CaseIterable {
        case messageCreated = "message.created"
        case messageEdited = "message.edited"
        case messageDeleted = "message.deleted"
        case attachmentReady = "attachment.ready"
        case attachmentFailed = "attachment.failed"
        case roomUpdated = "room.updated"
        case roomDeleted = "room.deleted"
        case memberJoined = "member.joined"
        case memberUpdated = "member.updated"
        case memberLeft = "member.left"
    }
}

extension Event.Content {
    fileprivate var kind: Event.Kind { declaration.kind }
    fileprivate var reference: EventReference { declaration.reference }
    /// The message that clients see changed after the event.
    var changedMessage: Message.ID? { declaration.changed }

    /// The kind, the reference that the log stores, and the message that clients see changed.
    private var declaration: (kind: Event.Kind, reference: EventReference, changed: Message.ID?) {
        switch self {
        case .messageCreated(let message): (.messageCreated, .message(message.id), nil)
        case .messageEdited(let message): (.messageEdited, .message(message.id), message.id)
        case .messageDeleted(let message): (.messageDeleted, .message(message.id), message.id)
        case .attachmentReady(let file, let message): (.attachmentReady, .attachment(file.id, in: message), message)
        case .attachmentFailed(let file, let message): (.attachmentFailed, .attachment(file.id, in: message), message)
        case .roomUpdated: (.roomUpdated, .room, nil)
        case .roomDeleted: (.roomDeleted, .room, nil)
        case .memberJoined(let member):
            (.memberJoined, .member(member.user.id, member.role, isPending: member.isPending), nil)
        case .memberUpdated(let member):
            (.memberUpdated, .member(member.user.id, member.role, isPending: false), nil)
        case .memberLeft(let user): (.memberLeft, .user(user), nil)
        }
    }
}

/// The ids of what an event is about. Contents stay in their own tables, so that deleting them there removes them from
/// the log too.
enum EventReference {
    case room
    case message(Message.ID)
    case attachment(Attachment.ID, in: Message.ID)
    /// - Parameter isPending: Whether they joined because a stranger wrote to them.
    case member(User.ID, Member.Role, isPending: Bool)
    case user(User.ID)

    var message: Message.ID? {
        switch self {
        case .message(let message), .attachment(_, let message): message
        case .room, .member, .user: nil
        }
    }

    var attachment: Attachment.ID? {
        if case .attachment(let attachment, _) = self { attachment } else { nil }
    }

    var member: User.ID? {
        if case .member(let user, _, _) = self { user } else { nil }
    }

    /// The reference as it is stored in the log.
    fileprivate var json: String {
        switch self {
        case .room: "{}"
        case .message(let message): #"{"message_id":"\#(message)"}"#
        case .attachment(let attachment, let message):
            #"{"message_id":"\#(message)","attachment_id":"\#(attachment)"}"#
        case .member(let user, let role, isPending: false): #"{"user_id":"\#(user)","role":"\#(role.rawValue)"}"#
        case .member(let user, let role, isPending: true):
            #"{"user_id":"\#(user)","role":"\#(role.rawValue)","pending":true}"#
        case .user(let user): #"{"user_id":"\#(user)"}"#
        }
    }
}

extension Event.Kind {
    /// The content of a recorded event of this kind, built from the current state.
    ///
    /// - Returns: Nil if the person may no longer receive it, or if it refers to something that does not exist.
    func content(of record: LogRecord, in replay: inout EventReplay) -> Event.Content? {
        switch self {
        case .messageCreated: replay.message(of: record).map(Event.Content.messageCreated)
        case .messageEdited: replay.message(of: record).map(Event.Content.messageEdited)
        case .messageDeleted: replay.message(of: record).map(Event.Content.messageDeleted)
        case .attachmentReady: replay.attachment(of: record, as: Event.Content.attachmentReady)
        case .attachmentFailed: replay.attachment(of: record, as: Event.Content.attachmentFailed)
        case .roomUpdated: replay.room(at: record).map(Event.Content.roomUpdated)
        case .roomDeleted: .roomDeleted
        case .memberJoined: replay.joinedMember(of: record).map(Event.Content.memberJoined)
        case .memberUpdated: replay.member(of: record).map(Event.Content.memberUpdated)
        case .memberLeft: replay.leftUser(of: record).map(Event.Content.memberLeft)
        }
    }
}
