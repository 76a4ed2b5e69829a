import FoundationEssentials
import Vocabulary

/// Folds all names again if those in the database were folded by another rule, or not at all.
package enum SearchIndex {
    /// Names per transaction.
    private static let batch = 500

    /// What the next transaction does.
    private enum Step {
        case compareRule
        case people(after: String)
        case rooms(after: Data)
        case writeRule
    }

    /// - Parameter transaction: Runs its argument in one transaction and commits it.
    package static func update(
        inEach transaction: (_ body: (Snapshot) throws -> Void) throws -> Void
    ) throws {
        var step: Step? = .compareRule
        while let current = step {
            try transaction { step = try run(current, $0) }
        }
    }

    /// - Returns: The next step; nil at the end.
    private static func run(_ step: Step, _ db: Snapshot) throws -> Step? {
        switch step {
        case .compareRule:
            let rule = try db.value(Int.self, "SELECT search_rule FROM meta")
            return rule == FoldedText.rule ? nil : .people(after: "")
        case .people(let last):
            return try indexPeople(after: last, db).map(Step.people) ?? .rooms(after: Data())
        case .rooms(let last):
            return try indexRooms(after: last, db).map(Step.rooms) ?? .writeRule
        case .writeRule:
            try db.connection.execute("UPDATE meta SET search_rule = ?", [FoldedText.rule.sqlValue])
            return nil
        }
    }

    /// - Returns: The last user name of the batch; nil if there was nobody left.
    private static func indexPeople(after last: String, _ db: Snapshot) throws -> String? {
        let sql = """
            SELECT username, display_name FROM users WHERE username > ? AND deleted_at IS NULL
            ORDER BY username LIMIT ?
            """
        let people = try db.all(sql, [last, batch]) { row in
            (username: row[0] as String, displayName: row[1] as String)
        }
        for person in people { try db.indexPerson(person.username, displayName: person.displayName) }
        return people.last?.username
    }

    /// - Returns: The last id of the batch; nil if there were no rooms left.
    private static func indexRooms(after last: Data, _ db: Snapshot) throws -> Data? {
        let sql = "SELECT id, kind, name, deleted_at FROM rooms WHERE id > ? ORDER BY id LIMIT ?"
        let rooms = try db.all(sql, [last, batch]) { row in
            let isFound = row[1] as Room.Kind == .public && row[3] as Timestamp? == nil
            return (id: row[0] as Room.ID, key: row[0] as Data, name: isFound ? row[2] as String? : nil)
        }
        for room in rooms {
            if let name = room.name { try db.indexRoom(room.id, name: name) }
        }
        return rooms.last?.key
    }
}
