import Vocabulary

/// A ban keeps somebody from joining a public room by themselves.
package struct Ban: Sendable, Equatable {
    package internal(set) var user: User
    package let bannedBy: User.ID
    package let createdAt: Timestamp
}

/// A page of a room's bans, ordered by the ids of the banned people.
package struct BanPage: Sendable {
    package let bans: [Ban]
    package let hasMore: Bool
}

extension Rooms {
    /// Bans somebody from a public room, and removes them if they are a member.
    ///
    /// - Throws: `rateLimited`, `notFound`, `forbidden`, `invalid` for oneself, or `conflict` if the room is not
    ///   public.
    package func ban(_ user: User.ID, from room: Room.ID, by caller: Caller) async throws {
        let actor = caller.user
        try store.begin(\.removals, by: caller)
        guard user != actor else { throw Refusal.invalid(field: "user_id", "You cannot ban yourself.") }
        try await store.change(about: [.room(room), .person(user)]) { transaction in
            let view = try transaction.db.requireRole(.admin, in: room, of: actor, to: "ban somebody")
            guard view.room.kind == .public else {
                throw Refusal.conflict("Only a public room has bans.")
            }
            guard try transaction.db.userExists(user) else {
                throw Refusal.notFound()
            }
            guard try transaction.db.exists(Snapshot.membership, [room, user]) else {
                _ = try transaction.withdrawInvitation(of: user, to: room)
                try transaction.insertBan(of: user, from: room, by: actor)
                return
            }
            try transaction.removeMember(user, from: room, by: actor, bans: true)
        }
    }

    /// Lifts a ban, so that the person can join again.
    ///
    /// - Throws: `rateLimited`; `notFound`, also if there is no ban; `forbidden` for a plain member.
    package func liftBan(of user: User.ID, from room: Room.ID, by caller: Caller) async throws {
        let actor = caller.user
        try store.begin(\.adds, by: caller)
        try await store.change(about: [.room(room)], for: .deleting) { transaction in
            try transaction.db.requireRole(.admin, in: room, of: actor, to: "lift a ban")
            guard try transaction.removeBan(of: user, from: room) else { throw Refusal.notFound() }
        }
    }

    /// A page of the room's bans, ordered by the ids of the banned people.
    ///
    /// - Parameter last: The last person of the previous page.
    /// - Throws: `notFound`, `forbidden` for a plain member.
    package func bans(
        from room: Room.ID,
        after last: User.ID? = nil,
        limit: Int,
        for viewer: User.ID
    ) async throws -> BanPage {
        try await store.read { db in
            try db.requireRole(.admin, in: room, of: viewer, to: "see the bans")
            var bans = try db.all(
                last == nil ? Snapshot.firstBans : Snapshot.bansAfter,
                last.map { [room, limit + 1, $0] } ?? [room, limit + 1]
            ) { row in
                Ban(user: User(row: row, at: 2), bannedBy: row[0], createdAt: row[1])
            }
            let hasMore = bans.count > limit
            if hasMore { bans.removeLast() }
            try db.loadAvatarVariants(of: &bans, at: \.user)
            return BanPage(bans: bans, hasMore: hasMore)
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

    /// - Returns: Whether there was a ban.
    @discardableResult
    func removeBan(of user: User.ID, from room: Room.ID) throws -> Bool {
        try execute("DELETE FROM bans WHERE room_id = ? AND user_id = ?", [room, user]) == 1
    }
}

extension Snapshot {
    static let ban = "SELECT 1 FROM bans WHERE room_id = ? AND user_id = ?"
    static let firstBans = bans(where: "bans.room_id = ?1")
    static let bansAfter = bans(where: "bans.room_id = ?1 AND bans.user_id > ?3")

    private static func bans(where condition: String) -> String {
        """
        SELECT bans.banned_by, bans.created_at, \(userColumns) FROM bans CROSS JOIN \(userTables)
        WHERE users.id = bans.user_id AND \(condition) ORDER BY bans.user_id LIMIT ?2
        """
    }
}
