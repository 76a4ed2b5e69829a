import Vocabulary

/// An open write transaction, with its consequences after the commit.
package struct WriteTransaction {
    package let db: Snapshot
    package let now: Timestamp
    var consequences = Consequences()

    private init(db: Snapshot, now: Timestamp) {
        self.db = db
        self.now = now
    }

    /// Runs a change in a transaction that is open on the connection, and writes its events last.
    package static func run<Value: Sendable>(
        _ body: (inout WriteTransaction) throws -> Value,
        on connection: any EngineConnection,
        at now: Timestamp
    ) throws -> Committed<Value> {
        var transaction = WriteTransaction(db: Snapshot(connection), now: now)
        let value = try body(&transaction)
        if !transaction.consequences.events.isEmpty {
            let positions = try connection.append(transaction.consequences.events.map(\.logged))
            for (index, position) in positions.enumerated() {
                transaction.consequences.events[index].position = position
            }
        }
        return Committed(value: value, consequences: transaction.consequences)
    }

    /// Takes the next number among the room's events.
    func nextSeq(in room: Room.ID) throws -> Int64 {
        let seq = try db.value(
            Int64.self,
            "UPDATE rooms SET last_seq = last_seq + 1 WHERE id = ? RETURNING last_seq",
            [room]
        )
        guard let seq else { throw Refusal.notFound() }
        return seq
    }

    /// Records an event. It is written to the log at the end of the change, where it gets its position, and published
    /// after the commit.
    mutating func record(_ content: Event.Content, in room: Room.ID, seq: Int64) throws {
        if let message = content.changedMessage {
            try updateMessage(message, "changed_seq = ?", [seq])
        }
        consequences.events.append(Event(position: 0, roomID: room, seq: seq, at: now, content: content))
    }

    mutating func record(_ content: Event.Content, in room: Room.ID) throws {
        try record(content, in: room, seq: nextSeq(in: room))
    }

    /// Runs a statement.
    ///
    /// - Returns: The number of changed rows.
    @discardableResult
    func execute(_ sql: String, _ values: SQLValues = []) throws -> Int {
        try db.connection.execute(sql, values.values)
    }
}
