import GRDB

/// Idempotency keys: the owner, route and key, the hash of the request, and its result.
///
/// There is no foreign key: its check would cost every keyed request a look-up, and a key outlives its owner by a day
/// at most. Ids are never reused.
enum Migration0003 {
    static func apply(_ db: Database) throws {
        try db.execute(sql: keys)
    }

    private static let keys = """
        CREATE TABLE idempotency_keys (
            scope BLOB NOT NULL CHECK (length(scope) IN (16, 32)),
            route TEXT NOT NULL,
            key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 64),
            request_hash BLOB NOT NULL CHECK (length(request_hash) = 32),
            subject BLOB NOT NULL CHECK (length(subject) = 16),
            created_at INTEGER NOT NULL,
            PRIMARY KEY (scope, route, key)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);
        """
}
