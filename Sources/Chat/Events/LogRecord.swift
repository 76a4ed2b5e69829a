import Vocabulary

/// An event as it is stored in the log.
struct LogRecord {
    let position: Int64
    let roomID: Room.ID
    let seq: Int64
    let at: Timestamp
    let kind: Event.Kind
    let reference: EventReference
}

extension Snapshot {
    private static let referenceColumns = """
        payload ->> 'message_id', payload ->> 'attachment_id', payload ->> 'user_id', payload ->> 'role',
            CASE WHEN payload ->> 'pending' IS NULL THEN 0 ELSE 1 END
        """

    static func recordsAt(_ places: String) -> String {
        "SELECT position, room_id, seq, at, kind, \(referenceColumns) FROM events WHERE position IN (\(places))"
    }

    /// The records at these positions.
    ///
    /// - Throws: `IncompleteReplay` if this release cannot read one of them.
    func records(at positions: [Int64]) throws -> [Int64: LogRecord] {
        guard !positions.isEmpty else { return [:] }
        let list = SQLList(positions)
        var records: [Int64: LogRecord] = [:]
        try forEach(Self.recordsAt(list.places), list.values) { row in
            guard let record = LogRecord(row: row) else { throw IncompleteReplay() }
            records[record.position] = record
        }
        return records
    }
}

extension LogRecord {
    fileprivate init?(row: ResultRow) {
        guard let kind = Event.Kind(rawValue: row[4]), let reference = EventReference(row: row, at: 5) else {
            return nil
        }
        self.init(position: row[0], roomID: row[1], seq: row[2], at: row[3], kind: kind, reference: reference)
    }
}

extension EventReference {
    /// Reads the columns of `Snapshot.referenceColumns`, starting at `offset`; nil if they form no valid reference.
    fileprivate init?(row: ResultRow, at offset: Int) {
        let message = (row[offset] as String?).map(Message.ID.init)
        let attachment = (row[offset + 1] as String?).map(Attachment.ID.init)
        let user = (row[offset + 2] as String?).map(User.ID.init)
        let role = (row[offset + 3] as String?).map(Member.Role.init(rawValue:))
        switch (message, attachment, user, role) {
        case (nil, nil, nil, nil): self = .room
        case (let message??, nil, nil, nil): self = .message(message)
        case (let message??, let attachment??, nil, nil): self = .attachment(attachment, in: message)
        case (nil, nil, let user??, let role??): self = .member(user, role, isPending: row[offset + 4])
        case (nil, nil, let user??, nil): self = .user(user)
        default: return nil
        }
    }
}
