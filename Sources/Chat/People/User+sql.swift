import Foundation
import GRDB
import Vocabulary

extension WriteTransaction {
    func insertUser(
        username: String,
        displayName: String,
        passwordHash: String,
        isAdmin: Bool
    ) throws -> User {
        let user = User(
            id: .make(at: now),
            username: username,
            displayName: displayName,
            avatar: nil,
            isAdmin: isAdmin,
            createdAt: now,
            lastSeenAt: nil
        )
        let inserted = try execute(
            """
            INSERT INTO users (id, username, display_name, password_hash, is_admin, created_at)
            VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (username) DO NOTHING
            """,
            [user.id, username, displayName, passwordHash, isAdmin, now]
        )
        guard inserted == 1 else { throw Refusal.conflict("This name is taken.", field: "username") }
        try db.indexPerson(username, displayName: displayName)
        return user
    }

    /// The person as messages name them.
    func sender(_ user: User.ID) throws -> Message.Sender {
        try sender(user, Row.fetchOne(db.cachedStatement(sql: Database.sender), arguments: [user]))
    }

    /// The same for a member, and nobody else: one query for the two questions that each message asks.
    ///
    /// - Throws: `notFound` for anybody who is not a member.
    func sender(_ user: User.ID, memberOf room: Room.ID) throws -> SendingMember {
        let statement = try db.cachedStatement(sql: Database.sendingMember)
        let row = try Row.fetchOne(statement, arguments: [room, user])
        let sender = try sender(user, row)
        return SendingMember(sender: sender, consent: row?[3] ?? .given)
    }

    private func sender(_ user: User.ID, _ row: Row?) throws -> Message.Sender {
        guard let row else { throw Refusal.notFound() }
        var avatar: Message.Avatar?
        if let id: Attachment.ID = row[1], let format: VariantFormat = row[2] {
            avatar = Message.Avatar(id: id, format: format)
        }
        return Message.Sender(id: user, displayName: row[0], avatar: avatar)
    }

    /// Has the new name and avatar carried into old messages, and sent to those who see the person: to connected clients
    /// at once, to others when they come back.
    mutating func announceProfile(of user: User) throws {
        try execute(
            """
            INSERT INTO renames (user_id, requested_at) VALUES (?, ?)
            ON CONFLICT (user_id) DO UPDATE SET done_up_to = 0, requested_at = excluded.requested_at
            """,
            [user.id, now]
        )
        try execute("UPDATE users SET profile_position = ? WHERE id = ?", [max(1, db.logPosition()), user.id])
        let rooms = try Room.ID.fetchAll(db.cachedStatement(sql: Database.roomIDsOfUser), arguments: [user.id])
        if !rooms.isEmpty { consequences.notices.append(.profile(user, in: rooms)) }
    }

    /// Replaces the hash that was verified, and signs out every client but the one that sets the new password.
    mutating func setPassword(_ password: UserChanges.Password) throws {
        let user = password.verified.userID
        try confirm(password.verified)
        guard try db.exists("SELECT 1 FROM sessions WHERE id = ? AND user_id = ?", [password.session, user]) else {
            throw Refusal.unauthenticated("The session has ended.")
        }
        try execute("UPDATE users SET password_hash = ? WHERE id = ?", [password.hash, user])
        consequences.endedSessions += try Session.ID.fetchAll(
            db,
            sql: "DELETE FROM sessions WHERE user_id = ? AND id <> ? RETURNING id",
            arguments: [user, password.session]
        )
    }

    /// Checks that the hash that was verified is still the person's, and puts the renewed one in its place.
    ///
    /// - Throws: `StaleCredentials`.
    func confirm(_ verified: VerifiedCredentials) throws {
        let statement = try db.cachedStatement(sql: "SELECT password_hash FROM users WHERE id = ?")
        let hash = try String.fetchOne(statement, arguments: [verified.userID])
        guard hash == verified.credentials.passwordHash else { throw StaleCredentials() }
        guard let renewed = verified.renewedHash else { return }
        try execute("UPDATE users SET password_hash = ? WHERE id = ?", [renewed, verified.userID])
    }

    /// Remembers where somebody has signed in from; above the limit the place of longest ago is forgotten.
    func remember(_ network: Network?, of user: User.ID, _ limits: ChatLimits) throws {
        guard let network else { return }
        try execute(
            """
            INSERT INTO known_networks (user_id, network, last_seen_at) VALUES (?, ?, ?)
            ON CONFLICT (user_id, network) DO UPDATE SET last_seen_at = excluded.last_seen_at
            """,
            [user, network.bytes, now]
        )
        // Spares the new one by its name: after the clock was set back it may look like the oldest.
        try execute(
            """
            DELETE FROM known_networks WHERE user_id = ?1 AND network IN (
                SELECT network FROM known_networks WHERE user_id = ?1 AND network <> ?2
                ORDER BY last_seen_at DESC LIMIT -1 OFFSET ?3)
            """,
            [user, network.bytes, limits.networksPerPerson - 1]
        )
    }

    /// Claims the new picture and lets the old one go, in the same transaction.
    mutating func replaceAvatar(of user: User.ID, by avatar: UserChanges.Avatar) throws {
        if case .attachment(let id) = avatar, try db.user(user).avatar?.id == id { return }
        consequences.releasedAttachments += try Attachment.ID.fetchAll(
            db,
            sql: """
                UPDATE attachments SET deleted_at = ?
                WHERE id = (SELECT avatar_id FROM users WHERE id = ?) AND deleted_at IS NULL
                RETURNING id
                """,
            arguments: [now, user]
        )
        switch avatar {
        case .none:
            try execute("UPDATE users SET avatar_id = NULL WHERE id = ?", [user])
        case .attachment(let id):
            try claim(id, by: user, field: "avatar_attachment_id")
            let attachment = try db.attachment(id)
            guard attachment.facts.kind == .image, attachment.status == .ready else {
                throw Refusal.conflict("The picture is not ready.", field: "avatar_attachment_id")
            }
            try execute("UPDATE users SET avatar_id = ? WHERE id = ?", [id, user])
        }
    }
}

extension Database {
    static let sender = """
        SELECT users.display_name, users.avatar_id, variants.format FROM users
        LEFT JOIN variants ON variants.attachment_id = users.avatar_id AND variants.size = 150
        WHERE users.id = ?
        """
    static let sendingMember = """
        SELECT users.display_name, users.avatar_id, variants.format, members.consent
        FROM members JOIN users ON users.id = members.user_id
        LEFT JOIN variants ON variants.attachment_id = users.avatar_id AND variants.size = 150
        WHERE members.room_id = ? AND members.user_id = ?
        """
    static let isKnownNetwork = """
        SELECT 1 FROM known_networks JOIN users ON users.id = known_networks.user_id
        WHERE users.username = ? AND known_networks.network = ?
        """
    /// A room through which the first person may see if the second is there.
    static let sharedRoom = """
        SELECT 1 FROM members AS own JOIN members AS other ON other.room_id = own.room_id
        WHERE own.user_id = ? AND other.user_id = ? AND other.consent <> 'pending' LIMIT 1
        """

    func view(of user: User, for viewer: User.ID) throws -> UserView {
        let showsPresence =
            try user.id == viewer
            || exists(Self.sharedRoom, [viewer, user.id]) && !isBlocked(between: viewer, and: user.id)
        return UserView(user: user, showsPresence: showsPresence)
    }

    func people(
        prefix: String,
        after cursor: SearchCursor?,
        limit: Int
    ) throws -> [(user: User, cursor: SearchCursor)] {
        guard !prefix.isEmpty else {
            return try User.fetch(self, where: Self.peopleByName, [cursor?.key ?? "", limit])
                .map { ($0, SearchCursor(text: "", key: $0.username)) }
        }
        let rows = try Row.fetchAll(
            cachedStatement(sql: Self.peopleFound),
            arguments: [cursor?.text ?? prefix, cursor?.key ?? "", prefix, Self.end(of: prefix), limit]
        )
        return try rows.compactMap { row in
            let cursor = SearchCursor(text: row[0], key: row[1])
            return try User.fetch(self, where: "username = ?", [cursor.key]).first.map { ($0, cursor) }
        }
    }

    /// - Throws: `notFound`.
    func user(_ id: User.ID) throws -> User {
        guard let user = try User.fetch(self, where: "id = ?", [id]).first else { throw Refusal.notFound() }
        return user
    }
}

extension User {
    fileprivate static func fetch(
        _ db: Database,
        where condition: String,
        _ arguments: StatementArguments
    ) throws -> [User] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, username, display_name, is_admin, created_at, last_seen_at, avatar_id
                FROM users WHERE \(condition)
                """
        )
        return try Row.fetchAll(statement, arguments: arguments).map { row in
            let avatar: Attachment.ID? = row[6]
            return User(
                id: row[0],
                username: row[1],
                displayName: row[2],
                avatar: try avatar.map { try db.attachment($0) },
                isAdmin: row[3],
                createdAt: row[4],
                lastSeenAt: row[5]
            )
        }
    }
}
