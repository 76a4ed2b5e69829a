import GRDB

/// Disabled and deleted accounts, names that nobody gets again, and invitation codes.
enum Migration0014 {
    static func apply(_ db: Database) throws {
        for statement in [accounts, erasures, invitationCodes] {
            try db.execute(sql: statement)
        }
    }

    /// The row of a deleted account remains, because messages refer to it. It is disabled too, so that one condition
    /// excludes both.
    private static let accounts = """
        ALTER TABLE users ADD COLUMN disabled_at INTEGER;
        ALTER TABLE users ADD COLUMN deleted_at INTEGER CHECK (deleted_at IS NULL OR disabled_at IS NOT NULL);

        CREATE TABLE retired_usernames (
            username_hash BLOB PRIMARY KEY CHECK (length(username_hash) = 32)
        ) STRICT, WITHOUT ROWID;
        """

    /// What is left to remove of deleted accounts. `done_up_to` is a position of `messages`.
    private static let erasures = """
        CREATE TABLE erasures (
            user_id BLOB PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
            requested_at INTEGER NOT NULL,
            deletes_messages INTEGER NOT NULL CHECK (deletes_messages IN (0, 1)),
            done_up_to INTEGER NOT NULL DEFAULT 0 CHECK (done_up_to >= 0)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX erasures_by_time ON erasures (requested_at);
        """

    /// `AUTOINCREMENT`, so that the number of a revoked code is not that of a later one.
    private static let invitationCodes = """
        CREATE TABLE invitation_codes (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            code_hash BLOB NOT NULL UNIQUE CHECK (length(code_hash) = 32),
            use_limit INTEGER NOT NULL CHECK (use_limit > 0),
            use_count INTEGER NOT NULL DEFAULT 0 CHECK (use_count BETWEEN 0 AND use_limit),
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;

        CREATE INDEX invitation_codes_by_expiry ON invitation_codes (expires_at);
        """
}
