import Vocabulary

/// An account as the operator sees it.
package struct Account: Sendable, Equatable {
    package let id: User.ID
    package let username: String
    package let isAdmin: Bool
    /// Nil unless the account is disabled.
    package let disabledAt: Timestamp?
    package let createdAt: Timestamp
    /// When they were last active before they went offline; nil if they never went offline.
    package let lastSeenAt: Timestamp?
    /// Sessions that have not expired.
    package let sessionCount: Int
    /// Total size of their uploads, in bytes.
    package let storedByteCount: Int
}

extension Snapshot {
    static let accounts = """
        SELECT id, username, is_admin, disabled_at, created_at, last_seen_at,
            (SELECT count(*) FROM sessions WHERE sessions.user_id = users.id AND sessions.expires_at > ?1),
            coalesce((SELECT byte_count FROM stored_bytes WHERE stored_bytes.user_id = users.id), 0)
        FROM users WHERE username > ?2 AND deleted_at IS NULL ORDER BY username LIMIT ?3
        """
    static let accountByName = "SELECT id FROM users WHERE username = ? AND deleted_at IS NULL"

    /// - Throws: `notFound`.
    func account(named username: String) throws -> User.ID {
        guard let id = try value(User.ID.self, Self.accountByName, [username]) else {
            throw Refusal.notFound(field: "username")
        }
        return id
    }
}

extension Account {
    /// Reads a row of `accounts`.
    init(_ row: ResultRow) {
        self.init(
            id: row[0],
            username: row[1],
            isAdmin: row[2],
            disabledAt: row[3],
            createdAt: row[4],
            lastSeenAt: row[5],
            sessionCount: row[6],
            storedByteCount: row[7]
        )
    }
}
