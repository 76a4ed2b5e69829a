import GRDB

/// Networks that people sign in from.
enum Migration0008 {
    static func apply(_ db: Database) throws {
        try db.execute(sql: knownNetworks)
    }

    /// One byte for the family, 4 or 6, followed by the 4 bytes of the address or the first 8 of its 16 bytes.
    private static let knownNetworks = """
        CREATE TABLE known_networks (
            user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            network BLOB NOT NULL CHECK (length(network) IN (5, 9)),
            last_seen_at INTEGER NOT NULL,
            PRIMARY KEY (user_id, network)
        ) STRICT, WITHOUT ROWID;
        """
}
