import GRDB

/// Names in the form that is searched, and when somebody's profile last changed.
enum Migration0009 {
    static func apply(_ db: Database) throws {
        for statement in [people, rooms, profiles] {
            try db.execute(sql: statement)
        }
    }

    /// The store fills these tables itself if `search_rule` differs from its own.
    private static let people = """
        ALTER TABLE meta ADD COLUMN search_rule INTEGER NOT NULL DEFAULT 0;

        CREATE TABLE user_search (
            text TEXT NOT NULL,
            username TEXT NOT NULL REFERENCES users (username) ON DELETE CASCADE,
            PRIMARY KEY (text, username)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX user_search_by_name ON user_search (username);
        """

    private static let rooms = """
        CREATE TABLE room_search (
            text TEXT NOT NULL,
            room_id BLOB NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
            is_whole INTEGER NOT NULL CHECK (is_whole IN (0, 1)),
            PRIMARY KEY (text, room_id)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX room_search_by_room ON room_search (room_id);
        CREATE INDEX room_search_whole ON room_search (text, room_id) WHERE is_whole = 1;
        """

    /// The log's position at the last change; 0 before the first.
    private static let profiles = """
        ALTER TABLE users ADD COLUMN profile_position INTEGER NOT NULL DEFAULT 0;

        CREATE INDEX users_by_profile_position ON users (profile_position) WHERE profile_position > 0;
        """
}
