import GRDB
import Vocabulary

/// Keeps somebody from joining a public room by themselves.
package struct Ban: Sendable, Equatable {
    package let user: User
    package let bannedBy: User.ID
    package let createdAt: Timestamp
}

/// Some of a room's bans, in the order of their people's ids.
package struct BanPage: Sendable {
    package let bans: [Ban]
    package let hasMore: Bool
}

extension Rooms {
    /// Keeps somebody from joining a public room, and takes them out of it if they are in it.
    ///
    /// - Throws: `rateLimited`, `notFound`, `forbidden`, `invalid` for oneself, or `conflict` for a room that nobody joins
    ///   by themselves.
    package func ban(_ user: User.ID, from room: Room.ID, by caller: Caller) async throws {
        let actor = caller.user
        try store.begin(\.removals, by: caller)
        guard user != actor else { throw Refusal.invalid(field: "user_id", "You cannot ban yourself.") }
        try await store.change { transaction in
            let view = try transaction.db.requireRole(.admin, in: room, of: actor, to: "ban somebody")
            guard view.room.kind == .public else {
                throw Refusal.conflict("Only a public room has bans: nobody joins any other by themselves.")
            }
            guard try transaction.db.exists("SELECT 1 FROM users WHERE id = ?", [user]) else {
                throw Refusal.notFound()
            }
            guard try transaction.db.exists(Database.membership, [room, user]) else {
                _ = try transaction.withdrawInvitation(of: user, to: room)
                try transaction.insertBan(of: user, from: room, by: actor)
                return
            }
            try transaction.removeMember(user, from: room, by: actor, bans: true)
        }
    }

    /// Lets somebody join again.
    ///
    /// - Throws: `rateLimited`, `notFound` also where there is no ban, `forbidden` for a plain member.
    package func liftBan(of user: User.ID, from room: Room.ID, by caller: Caller) async throws {
        let actor = caller.user
        try store.begin(\.adds, by: caller)
        try await store.change { transaction in
            try transaction.db.requireRole(.admin, in: room, of: actor, to: "lift a ban")
            guard try transaction.removeBan(of: user, from: room) else { throw Refusal.notFound() }
        }
    }

    /// Who may not join a room, in the order of their ids.
    ///
    /// - Parameter last: The one that the page begins behind.
    /// - Throws: `notFound`, `forbidden` for a plain member.
    package func bans(
        from room: Room.ID,
        after last: User.ID? = nil,
        limit: Int,
        for viewer: User.ID
    ) async throws -> BanPage {
        try await store.read { db in
            try db.requireRole(.admin, in: room, of: viewer, to: "see the bans")
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: last == nil ? Database.firstBans : Database.bansAfter),
                arguments: last.map { [room, limit + 1, $0] } ?? [room, limit + 1]
            )
            let bans = try rows.prefix(limit).map { row in
                Ban(user: try db.user(row[0]), bannedBy: row[1], createdAt: row[2])
            }
            return BanPage(bans: bans, hasMore: rows.count > limit)
        }
    }
}

extension WriteTransaction {
    func insertBan(of user: User.ID, from room: Room.ID, by actor: User.ID) throws {
        try execute(
            """
            INSERT INTO bans (room_id, user_id, banned_by, created_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (room_id, user_id) DO NOTHING
            """,
            [room, user, actor, now]
        )
    }

    /// - Returns: Whether there was one.
    @discardableResult
    func removeBan(of user: User.ID, from room: Room.ID) throws -> Bool {
        try execute("DELETE FROM bans WHERE room_id = ? AND user_id = ?", [room, user]) == 1
    }
}

extension Database {
    static let ban = "SELECT 1 FROM bans WHERE room_id = ? AND user_id = ?"
    static let firstBans = """
        SELECT user_id, banned_by, created_at FROM bans WHERE room_id = ?1 ORDER BY user_id LIMIT ?2
        """
    static let bansAfter = """
        SELECT user_id, banned_by, created_at FROM bans WHERE room_id = ?1 AND user_id > ?3 ORDER BY user_id LIMIT ?2
        """
}
