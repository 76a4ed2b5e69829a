import Vocabulary

/// A block keeps somebody from writing to the person who made it, and both from seeing each other's presence.
package struct Block: Sendable, Equatable {
    package internal(set) var user: User
    package let createdAt: Timestamp
}

/// How two people are connected when one of them wants to contact the other.
package enum Acquaintance: Sendable {
    /// They already have a direct room.
    case directRoom
    /// They share another room.
    case sharedRoom
    /// They share no room, or one has blocked the other.
    case none
}

extension People {
    /// Blocks somebody: they cannot open a direct room with the caller, and neither of the two can write in an existing
    /// one. Blocking them again changes nothing.
    ///
    /// - Throws: `rateLimited`, `invalid` for oneself, `notFound`, or `conflict` if the limit of blocks is reached.
    package func block(_ blocked: User.ID, by caller: Caller) async throws {
        let user = caller.user
        try store.begin(\.blocks, by: caller)
        guard user != blocked else { throw Refusal.invalid(field: "user_id", "You cannot block yourself.") }
        try await store.change(about: [.person(user), .person(blocked)]) { [limits = store.limits] transaction in
            guard try transaction.db.userExists(blocked) else {
                throw Refusal.notFound()
            }
            transaction.consequences.notices.append(.blocked(blocked, by: user))
            guard try !transaction.db.hasBlocked(user, blocked) else { return }
            let count = try transaction.db.value(Int.self, Snapshot.blockCount, [user]) ?? 0
            guard count < limits.blocksPerPerson else {
                throw Refusal.conflict("You may block at most \(limits.blocksPerPerson) people. Remove a block first.")
            }
            try transaction.execute(
                "INSERT INTO blocks (user_id, blocked_id, created_at) VALUES (?, ?, ?)",
                [user, blocked, transaction.now]
            )
        }
    }

    /// Lifts a block, if there is one.
    ///
    /// - Throws: `rateLimited`.
    package func unblock(_ blocked: User.ID, by caller: Caller) async throws {
        let user = caller.user
        try store.begin(\.blocks, by: caller)
        try await store.change(about: [.person(user), .person(blocked)], for: .deleting) { transaction in
            try transaction.execute("DELETE FROM blocks WHERE user_id = ? AND blocked_id = ?", [user, blocked])
            let isLast = try !transaction.db.hasBlocked(blocked, user)
            transaction.consequences.notices.append(.unblocked(blocked, by: user, isLast: isLast))
        }
    }

    /// The people whom the person has blocked.
    package func blocks(of user: User.ID) async throws -> [Block] {
        try await store.read { [limits = store.limits] db in
            var blocks = try db.all(Snapshot.blocksOfUser, [user, limits.blocksPerPerson]) { row in
                Block(user: User(row: row, at: 1), createdAt: row[0])
            }
            try db.loadAvatarVariants(of: &blocks, at: \.user)
            return blocks
        }
    }
}

extension Snapshot {
    static let block = "SELECT 1 FROM blocks WHERE user_id = ? AND blocked_id = ?"
    static let blockCount = "SELECT count(*) FROM blocks WHERE user_id = ?"
    static let blocksOfUser = """
        SELECT blocks.created_at, \(userColumns) FROM blocks CROSS JOIN \(userTables)
        WHERE users.id = blocks.blocked_id AND blocks.user_id = ? ORDER BY blocks.blocked_id LIMIT ?
        """

    fileprivate func hasBlocked(_ user: User.ID, _ other: User.ID) throws -> Bool {
        try exists(Self.block, [user, other])
    }
}
