/// The accounts of all people, for the operator.
///
/// While a server is running, it must make the changes itself: it caches sessions, and it sends events in the order of
/// the log.
package struct Accounts: Sendable {
    let store: Store

    /// Accounts in one page of a list.
    package static let pageSize = 200

    /// A page of the accounts, ordered by user name.
    ///
    /// - Parameter username: The last one of the previous page; empty for the first page.
    /// - Returns: Fewer than `limit` accounts on the last page.
    package func list(after username: String = "", limit: Int = pageSize) async throws -> [Account] {
        let time = store.now()
        return try await store.read { try $0.all(Snapshot.accounts, [time, username, limit], Account.init) }
    }

    /// Keeps somebody from signing in and ends all their sessions. Disabling them again changes nothing.
    ///
    /// - Returns: The number of sessions that have ended.
    /// - Throws: `notFound`.
    @discardableResult
    package func disable(_ username: String) async throws -> Int {
        try await store.change(about: [], for: .deleting) { transaction in
            let user = try transaction.db.account(named: username)
            try transaction.execute(
                "UPDATE users SET disabled_at = ? WHERE id = ? AND disabled_at IS NULL",
                [transaction.now, user]
            )
            return try transaction.endSessions(of: user)
        }
    }

    /// Lets somebody sign in again.
    ///
    /// - Throws: `notFound`.
    package func enable(_ username: String) async throws {
        try await store.change(about: [], for: .maintaining) { transaction in
            let user = try transaction.db.account(named: username)
            try transaction.execute("UPDATE users SET disabled_at = NULL WHERE id = ?", [user])
        }
    }

    /// Replaces somebody's password and ends all their sessions.
    ///
    /// - Parameter hash: Made by `PasswordHasher`.
    /// - Returns: The number of sessions that have ended.
    /// - Throws: `notFound`.
    @discardableResult
    package func setPassword(hash: String, of username: String) async throws -> Int {
        try await store.change(about: [], for: .maintaining) { transaction in
            let user = try transaction.db.account(named: username)
            try transaction.execute("UPDATE users SET password_hash = ? WHERE id = ?", [hash, user])
            return try transaction.endSessions(of: user)
        }
    }

    /// Makes somebody an admin, or a plain user.
    ///
    /// - Throws: `notFound`.
    package func setAdmin(_ isAdmin: Bool, _ username: String) async throws {
        try await store.change(about: [], for: .maintaining) { transaction in
            let user = try transaction.db.account(named: username)
            try transaction.execute("UPDATE users SET is_admin = ? WHERE id = ?", [isAdmin, user])
        }
    }
}

extension Store {
    package var accounts: Accounts { Accounts(store: self) }
}

extension WriteTransaction {
    /// Ends all sessions of a person.
    ///
    /// - Returns: Their number.
    @discardableResult
    mutating func endSessions(of user: User.ID) throws -> Int {
        let ended = try db.values(Session.ID.self, "DELETE FROM sessions WHERE user_id = ? RETURNING id", [user])
        consequences.endedSessions += ended
        return ended.count
    }
}
