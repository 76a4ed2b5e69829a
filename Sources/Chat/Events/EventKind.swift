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
    var kind: Event.Kind { declaration.kind }
    var reference: EventReference { declaration.reference }
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
