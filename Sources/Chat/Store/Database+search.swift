import Foundation
import GRDB
import Vocabulary

/// Names in the form in which they are searched. A search is a range of an index: a name is kept from each place at
/// which a search may begin.
extension Database {
    static let peopleFound = """
        SELECT text, username FROM user_search AS found
        WHERE (text, username) > (?1, ?2) AND text < ?4 AND NOT EXISTS (
            SELECT 1 FROM user_search AS earlier
            WHERE earlier.username = found.username AND earlier.text >= ?3 AND earlier.text < found.text)
        ORDER BY text, username LIMIT ?5
        """
    static let peopleByName = "username > ? ORDER BY username LIMIT ?"

    static let joinable = """
        NOT EXISTS (SELECT 1 FROM members WHERE members.room_id = found.room_id AND members.user_id = ?1)
        AND NOT EXISTS (SELECT 1 FROM bans WHERE bans.room_id = found.room_id AND bans.user_id = ?1)
        """
    static let roomsFound = """
        SELECT \(roomColumns), found.text FROM room_search AS found JOIN rooms ON rooms.id = found.room_id
        WHERE (found.text, found.room_id) > (?2, ?3) AND found.text < ?5 AND NOT EXISTS (
            SELECT 1 FROM room_search AS earlier
            WHERE earlier.room_id = found.room_id AND earlier.text >= ?4 AND earlier.text < found.text)
        AND \(joinable) ORDER BY found.text, found.room_id LIMIT ?6
        """
    static let roomsByName = """
        SELECT \(roomColumns), found.text FROM room_search AS found JOIN rooms ON rooms.id = found.room_id
        WHERE found.is_whole = 1 AND (found.text, found.room_id) > (?2, ?3)
        AND \(joinable) ORDER BY found.text, found.room_id LIMIT ?4
        """

    /// Sorts behind every text that begins with `prefix`: nothing is greater than U+10FFFF.
    static func end(of prefix: String) -> String {
        prefix + "\u{10FFFF}"
    }

    /// Makes somebody found by user name and display name, and by nothing else.
    func indexPerson(_ username: String, displayName: String) throws {
        try cachedStatement(sql: "DELETE FROM user_search WHERE username = ?").execute(arguments: [username])
        let insert = try cachedStatement(sql: "INSERT OR IGNORE INTO user_search (text, username) VALUES (?, ?)")
        for text in FoldedText.suffixes(of: username) + FoldedText.suffixes(of: displayName) {
            try insert.execute(arguments: [text, username])
        }
    }

    /// Makes a public room found by its name.
    func indexRoom(_ id: Room.ID, name: String) throws {
        try unindexRoom(id)
        let insert = try cachedStatement(sql: "INSERT INTO room_search (text, room_id, is_whole) VALUES (?, ?, ?)")
        let texts = FoldedText.suffixes(of: name)
        // A name of which folding leaves nothing is listed all the same.
        for (place, text) in (texts.isEmpty ? [""] : texts).enumerated() {
            try insert.execute(arguments: [text, id, place == 0])
        }
    }

    func unindexRoom(_ id: Room.ID) throws {
        try cachedStatement(sql: "DELETE FROM room_search WHERE room_id = ?").execute(arguments: [id])
    }
}

/// Folds all names again where the database's were folded by another rule, or not at all.
enum SearchIndex {
    /// Names of one transaction.
    private static let batch = 500

    static func update(_ pool: DatabasePool) throws {
        let rule = try pool.read { try Int.fetchOne($0, sql: "SELECT search_rule FROM meta") }
        guard rule != FoldedText.rule else { return }
        var lastName: String? = ""
        while let last = lastName { lastName = try pool.write { try indexPeople(after: last, $0) } }
        var lastRoom: Data? = Data()
        while let last = lastRoom { lastRoom = try pool.write { try indexRooms(after: last, $0) } }
        try pool.write { try $0.execute(sql: "UPDATE meta SET search_rule = ?", arguments: [FoldedText.rule]) }
    }

    private static func indexPeople(after last: String, _ db: Database) throws -> String? {
        let sql = "SELECT username, display_name FROM users WHERE username > ? ORDER BY username LIMIT ?"
        let rows = try Row.fetchAll(db, sql: sql, arguments: [last, batch])
        for row in rows { try db.indexPerson(row[0], displayName: row[1]) }
        return rows.last?[0]
    }

    private static func indexRooms(after last: Data, _ db: Database) throws -> Data? {
        let rows = try Row.fetchAll(
            db,
            sql: "SELECT id, kind, name, deleted_at FROM rooms WHERE id > ? ORDER BY id LIMIT ?",
            arguments: [last, batch]
        )
        for row in rows where row[1] == Room.Kind.public && row[3] == nil as Timestamp? {
            try db.indexRoom(row[0], name: row[2])
        }
        return rows.last?[0]
    }
}
