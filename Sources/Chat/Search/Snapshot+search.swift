/// The search index. A search is a range of an index: a name is stored from each place at which a match may begin.
extension Snapshot {
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

    /// A text that sorts after every text that begins with `prefix`: nothing is greater than U+10FFFF.
    static func end(of prefix: String) -> String {
        prefix + "\u{10FFFF}"
    }

    /// Indexes somebody by user name and display name, replacing what was indexed before.
    func indexPerson(_ username: String, displayName: String) throws {
        try unindexPerson(username)
        let texts = FoldedText.suffixes(of: username) + FoldedText.suffixes(of: displayName)
        guard !texts.isEmpty else { return }
        let list = SQLList(rows: texts.map { [$0, username] })
        // User name and display name may have words in common.
        try connection.execute(
            "INSERT INTO user_search (text, username) VALUES \(list.places) ON CONFLICT DO NOTHING",
            list.values.values
        )
    }

    func unindexPerson(_ username: String) throws {
        try connection.execute("DELETE FROM user_search WHERE username = ?", [username.sqlValue])
    }

    /// Indexes a public room by its name.
    func indexRoom(_ id: Room.ID, name: String) throws {
        try unindexRoom(id)
        let suffixes = FoldedText.suffixes(of: name)
        // A room is listed even if folding leaves nothing of its name.
        let texts = suffixes.isEmpty ? [""] : suffixes
        let list = SQLList(rows: texts.enumerated().map { place, text in [text, id, place == 0] })
        // The list may repeat its last row.
        try connection.execute(
            "INSERT INTO room_search (text, room_id, is_whole) VALUES \(list.places) ON CONFLICT DO NOTHING",
            list.values.values
        )
    }

    func unindexRoom(_ id: Room.ID) throws {
        try connection.execute("DELETE FROM room_search WHERE room_id = ?", [id.sqlValue])
    }
}
