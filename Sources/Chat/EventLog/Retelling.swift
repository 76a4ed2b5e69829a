import GRDB

/// Tells events of one stay again from the log's references, with things as they are now.
///
/// A former member may not learn what became of the room after they left. Where the current state would show it, the
/// stay cannot be told at all.
private struct Retelling {
    let db: Database
    let stay: Stay
    private let room: Room?
    /// Members after the event that is told next.
    private var memberCount: Int
    private var messages: [Message.ID: Message] = [:]
    /// Bytes that the events may still come to; counts what every form of them has at least.
    private(set) var bytesLeft: Int
    /// JSON of an event with a message takes more than this, its body apart.
    private static let leastBytes = 300

    init(_ stay: Stay, _ db: Database, bytesLeft: Int) throws {
        self.bytesLeft = bytesLeft
        self.db = db
        self.stay = stay
        do { room = try db.room(stay.roomID) } catch Refusal.notFound { room = nil }
        memberCount = room?.memberCount ?? 0
    }

    /// - Parameter entries: The newest events of the stay, newest first.
    mutating func tell(_ entries: [LogEntry]) throws -> [Event]? {
        guard room != nil || mayLearnOfDeletion(entries) else { return nil }
        // What was in a room went with it; that it went is left to tell.
        let entries = room == nil ? Array(entries.prefix(1)) : entries
        var events: [Event] = []
        for entry in entries {
            guard bytesLeft > 0, let content = try content(of: entry) else { return nil }
            bytesLeft -= Self.leastBytes
            events.append(
                Event(position: entry.position, roomID: entry.roomID, seq: entry.seq, at: entry.at, content: content)
            )
        }
        return events
    }

    /// Somebody who left before the room was deleted would notice that everything before their leaving is missing.
    private func mayLearnOfDeletion(_ entries: [LogEntry]) -> Bool {
        entries.count == 1 || entries.first?.kind == "room.deleted"
    }

    private mutating func content(of entry: LogEntry) throws -> Event.Content? {
        switch entry.kind {
        case "message.created": try message(entry).map(Event.Content.messageCreated)
        case "message.edited": try message(entry).map(Event.Content.messageEdited)
        case "message.deleted": try message(entry).map(Event.Content.messageDeleted)
        case "attachment.ready": try attachment(entry, Event.Content.attachmentReady)
        case "attachment.failed": try attachment(entry, Event.Content.attachmentFailed)
        case "room.updated": stay.lastSeq == nil ? roomUpdated(entry) : nil
        case "room.deleted": .roomDeleted
        case "member.joined": try joined(entry)
        case "member.updated": try member(entry).map(Event.Content.memberUpdated)
        case "member.left": left(entry)
        default: nil
        }
    }

    /// Nil also for a message that was edited or deleted, or whose pictures changed, after the stay.
    private mutating func message(_ entry: LogEntry) throws -> Message? {
        guard let id = entry.messageID else { return nil }
        if messages[id] == nil {
            if let last = stay.lastSeq, try db.changedSeq(of: id) > last { return nil }
            messages[id] = try Message.fetch(db, where: "id = ?", [id]).first
        }
        guard let message = messages[id] else { return nil }
        bytesLeft -= message.body.utf8.count
        return message
    }

    /// An attachment that has gone went with its message.
    private mutating func attachment(
        _ entry: LogEntry,
        _ content: (Attachment, Message.ID) -> Event.Content
    ) throws -> Event.Content? {
        guard let message = try message(entry), let id = entry.attachmentID else { return nil }
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
            deliveredSeq: entry.seq,
            readSeq: entry.seq,
            joinedSeq: entry.seq,
            isPending: entry.kind == "member.joined" && entry.isPending
        )
    }
}

extension Database {
    static let changedSeq = "SELECT changed_seq FROM messages WHERE id = ?"

    /// Number of the event that changed the message last; 0 while it is as it was sent.
    fileprivate func changedSeq(of message: Message.ID) throws -> Int64 {
        try Int64.fetchOne(cachedStatement(sql: Self.changedSeq), arguments: [message]) ?? 0
    }

    /// The events of the entries, as a client of that stay may receive them now; nil when they cannot be told whole, or
    /// when they come to more bytes than are left.
    func retell(_ entries: [LogEntry], of stay: Stay, within bytesLeft: inout Int) throws -> [Event]? {
        var retelling = try Retelling(stay, self, bytesLeft: bytesLeft)
        let events = try retelling.tell(entries)
        bytesLeft = retelling.bytesLeft
        return events
    }
}
