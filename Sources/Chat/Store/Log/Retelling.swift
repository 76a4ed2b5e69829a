import GRDB

/// Tells events of one stay again from the log's references, with things as they are now.
///
/// Who has left a room may not learn what became of it since. Where the things as they are now would tell, nothing
/// can be told whole.
private struct Retelling {
    let db: Database
    let stay: Stay
    private let room: Room?
    /// Members after the event that is told next.
    private var memberCount: Int
    private var messages: [Message.ID: Message] = [:]

    init(_ stay: Stay, _ db: Database) throws {
        self.db = db
        self.stay = stay
        do { room = try db.room(stay.roomID) } catch Refusal.notFound { room = nil }
        memberCount = room?.memberCount ?? 0
    }

    /// - Parameter entries: The newest events of the stay, newest first.
    mutating func tell(_ entries: [LogEntry]) throws -> [Event]? {
        // What was in a room went with it; that it went is left to tell.
        let entries = room == nil ? Array(entries.prefix(1)) : entries
        let leftAt = stay.lastSeq == nil ? nil : entries.first?.at
        var events: [Event] = []
        for entry in entries {
            guard let content = try content(of: entry, leftAt: leftAt) else { return nil }
            events.append(
                Event(position: entry.position, roomID: entry.roomID, seq: entry.seq, at: entry.at, content: content)
            )
        }
        return events
    }

    private mutating func content(of entry: LogEntry, leftAt: Timestamp?) throws -> Event.Content? {
        switch entry.kind {
        case "message.created": try message(entry, leftAt).map(Event.Content.messageCreated)
        case "message.edited": try message(entry, leftAt).map(Event.Content.messageEdited)
        case "message.deleted": try message(entry, leftAt).map(Event.Content.messageDeleted)
        case "attachment.ready": try attachment(entry, leftAt, Event.Content.attachmentReady)
        case "attachment.failed": try attachment(entry, leftAt, Event.Content.attachmentFailed)
        case "room.updated": leftAt == nil ? roomUpdated(entry) : nil
        case "room.deleted": .roomDeleted
        case "member.joined": try joined(entry)
        case "member.updated": try member(entry).map(Event.Content.memberUpdated)
        case "member.left": left(entry)
        default: nil
        }
    }

    private mutating func message(_ entry: LogEntry, _ leftAt: Timestamp?) throws -> Message? {
        guard let id = entry.messageID else { return nil }
        let found = try messages[id] ?? Message.fetch(db, where: "id = ?", [id]).first
        guard let message = found else { return nil }
        messages[id] = message
        if let leftAt, let edited = message.editedAt, edited >= leftAt { return nil }
        return message
    }

    /// An attachment that has gone went with its message.
    private mutating func attachment(
        _ entry: LogEntry,
        _ leftAt: Timestamp?,
        _ content: (Attachment, Message.ID) -> Event.Content
    ) throws -> Event.Content? {
        guard let message = try message(entry, leftAt), let id = entry.attachmentID else { return nil }
        guard message.deletedAt == nil else { return .messageDeleted(message) }
        return message.attachments.first { $0.id == id }.map { content($0, message.id) }
    }

    /// The room as it is called now, with the numbers of then: what follows counts on from them.
    private func roomUpdated(_ entry: LogEntry) -> Event.Content? {
        guard let room else { return nil }
        return .roomUpdated(room.with(memberCount: memberCount, lastSeq: entry.seq))
    }

    private mutating func joined(_ entry: LogEntry) throws -> Event.Content? {
        memberCount -= 1
        return try member(entry).map(Event.Content.memberJoined)
    }

    private mutating func left(_ entry: LogEntry) -> Event.Content? {
        memberCount += 1
        return entry.userID.map(Event.Content.memberLeft)
    }

    /// The member with the role of then; later events tell of later ones.
    private func member(_ entry: LogEntry) throws -> Member? {
        guard let user = entry.userID, let role = entry.role else { return nil }
        // Somebody who has left since has no place there any more; their leaving follows.
        let member = stay.lastSeq == nil ? try db.memberIfAny(user, of: entry.roomID) : nil
        return Member(
            user: try db.user(user),
            role: role,
            joinedAt: member?.joinedAt ?? entry.at,
            deliveredSeq: member?.deliveredSeq ?? entry.seq,
            readSeq: member?.readSeq ?? entry.seq
        )
    }
}

extension Database {
    /// The events of the entries, as a client of that stay may hear them now; nil when they cannot be told whole.
    func retell(_ entries: [LogEntry], of stay: Stay) throws -> [Event]? {
        guard !entries.isEmpty else { return [] }
        var retelling = try Retelling(stay, self)
        return try retelling.tell(entries)
    }
}
