import FoundationEssentials
import Vocabulary

extension Checks {
    /// Events from which clients can still resume, and that do not follow the event before them in their room: the
    /// number before theirs is missing, or has a later position.
    ///
    /// - Parameter position: The end of the previous page; nil for the first one.
    package func brokenEvents(after position: Int64?, limit: Int) async throws -> CheckPage<Int64, BrokenEvent> {
        try await store.read { db in
            let start = try position ?? db.value(Int64.self, Snapshot.logFloor) ?? 0
            let rows = try db.all(Snapshot.eventOrder, [start, limit], EventOrder.init)
            return CheckPage(rows, limit: limit, key: \.position) { row in
                row.isContinuous ? nil : BrokenEvent(row)
            }
        }
    }

    /// Makes the log begin after a broken event, so that clients with an older cursor load their rooms again.
    ///
    /// - Returns: Whether it began earlier.
    package func startLog(after event: BrokenEvent) async throws -> Bool {
        try await store.change(about: []) { transaction in
            try transaction.execute("UPDATE meta SET log_floor = ?1 WHERE log_floor < ?1", [event.floor]) == 1
        }
    }

    /// Events that refer to a message that is not there, and events that this release cannot read.
    package func danglingEvents(after position: Int64?, limit: Int) async throws -> CheckPage<Int64, DanglingEvent> {
        try await store.read { db in
            let rows = try db.all(Snapshot.eventReferences, [position ?? 0, limit], StoredReference.init)
            let existing = try db.existingMessages(Set(rows.compactMap(\.message)))
            return CheckPage(rows, limit: limit, key: \.position) { row in
                row.problem(existing).map { DanglingEvent(position: row.position, problem: $0) }
            }
        }
    }
}

/// An event that does not follow the one before it in its room.
package struct BrokenEvent: Sendable, Equatable {
    package let position: Int64
    package let room: Room.ID
    package let seq: Int64
    /// Position of the event with the number before; nil if it is missing.
    package let previousPosition: Int64?

    /// The log is complete for cursors from here on.
    fileprivate var floor: Int64 { max(position, previousPosition ?? 0) }

    fileprivate init(_ order: EventOrder) {
        (position, room, seq, previousPosition) = (order.position, order.room, order.seq, order.previousPosition)
    }
}

/// An event whose reference leads nowhere.
package struct DanglingEvent: Sendable, Equatable {
    package enum Problem: Sendable, Equatable {
        case noMessage(Message.ID)
        case unreadable
    }

    package let position: Int64
    package let problem: Problem
}

private struct EventOrder {
    let position: Int64
    let room: Room.ID
    let seq: Int64
    let previousPosition: Int64?
    /// Whether the log has an event of the room with a lower number.
    let hasEarlier: Bool

    init(row: ResultRow) {
        (position, room, seq, previousPosition, hasEarlier) = (row[0], row[1], row[2], row[3], row[4])
    }

    /// The oldest events of a room may have been pruned, but nothing between two events.
    var isContinuous: Bool {
        if let previousPosition { previousPosition < position } else { !hasEarlier }
    }
}

private struct StoredReference {
    /// The part of a reference that is checked.
    private struct Content: Decodable {
        let message_id: String?
    }

    let position: Int64
    /// Nil if it refers to none, or cannot be read.
    let message: Message.ID?
    private let isReadable: Bool
    /// The messages of a deleted room are removed before its events.
    private let hasRoom: Bool

    init(row: ResultRow) {
        let content = try? JSONDecoder().decode(Content.self, from: Data((row[2] as String).utf8))
        let id = content?.message_id.map(Message.ID.init)
        (position, hasRoom) = (row[0], row[3])
        message = id ?? nil
        isReadable = Event.Kind(rawValue: row[1]) != nil && content != nil && (id == nil || message != nil)
    }

    func problem(_ existing: Set<Message.ID>) -> DanglingEvent.Problem? {
        guard isReadable else { return .unreadable }
        guard let message, hasRoom, !existing.contains(message) else { return nil }
        return .noMessage(message)
    }
}

extension Snapshot {
    fileprivate static let logFloor = "SELECT log_floor FROM meta WHERE id = 1"

    static let eventOrder = """
        SELECT events.position, events.room_id, events.seq,
            (SELECT previous.position FROM events AS previous
                WHERE previous.room_id = events.room_id AND previous.seq = events.seq - 1),
            \(flag("SELECT 1 FROM events AS earlier WHERE earlier.room_id = events.room_id AND earlier.seq < events.seq"))
        FROM events WHERE events.position > ? ORDER BY events.position LIMIT ?
        """

    static let eventReferences = """
        SELECT events.position, events.kind, events.payload,
            \(flag("SELECT 1 FROM rooms WHERE rooms.id = events.room_id AND rooms.deleted_at IS NULL"))
        FROM events WHERE events.position > ? ORDER BY events.position LIMIT ?
        """

    fileprivate func existingMessages(_ ids: Set<Message.ID>) throws -> Set<Message.ID> {
        var existing: Set<Message.ID> = []
        // A message is looked up in the archive only if it is not in `messages`.
        for (table, condition) in [("messages", ""), ("archived_messages", " AND \(Self.isArchived)")] {
            let missing = ids.subtracting(existing)
            guard !missing.isEmpty else { break }
            let list = SQLList(missing)
            let sql = "SELECT id FROM \(table) WHERE id IN (\(list.places))\(condition)"
            existing.formUnion(try values(Message.ID.self, sql, list.values))
        }
        return existing
    }
}
