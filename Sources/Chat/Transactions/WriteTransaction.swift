import GRDB
import Vocabulary

/// An open transaction that writes, with what is to follow from it once it is committed.
package struct WriteTransaction {
    package let db: Database
    package let now: Timestamp
    var consequences = Consequences()

    init(db: Database, now: Timestamp) {
        self.db = db
        self.now = now
    }

    /// Takes the next number in the room's order of events.
    func nextSeq(in room: Room.ID) throws -> Int64 {
        let statement = try db.cachedStatement(
            sql: "UPDATE rooms SET last_seq = last_seq + 1 WHERE id = ? RETURNING last_seq"
        )
        guard let seq = try Int64.fetchOne(statement, arguments: [room]) else { throw Refusal.notFound() }
        return seq
    }

    /// Writes an event into the log; it is published after the commit.
    ///
    /// - Returns: Its position.
    @discardableResult
    mutating func record(_ content: Event.Content, in room: Room.ID, seq: Int64) throws -> Int64 {
        let draft = Event(position: 0, roomID: room, seq: seq, at: now, content: content)
        let statement = try db.cachedStatement(
            sql: "INSERT INTO events (room_id, seq, kind, payload, at) VALUES (?, ?, ?, ?, ?)"
        )
        try statement.execute(arguments: [room, seq, draft.kind, draft.reference, now])
        let position = db.lastInsertedRowID
        if let message = content.changedMessage {
            try execute("UPDATE messages SET changed_seq = ? WHERE id = ?", [seq, message])
        }
        consequences.events.append(
            Event(position: position, roomID: room, seq: seq, at: now, content: content)
        )
        return position
    }

    @discardableResult
    mutating func record(_ content: Event.Content, in room: Room.ID) throws -> Int64 {
        try record(content, in: room, seq: nextSeq(in: room))
    }

    /// Runs a statement.
    ///
    /// - Returns: How many rows it changed.
    @discardableResult
    func execute(_ sql: String, _ arguments: StatementArguments) throws -> Int {
        try db.cachedStatement(sql: sql).execute(arguments: arguments)
        return db.changesCount
    }
}
