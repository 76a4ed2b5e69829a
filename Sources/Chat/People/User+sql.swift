import Vocabulary

extension WriteTransaction {
    func insertUser(
        username: String,
        displayName: String,
        passwordHash: String,
        isAdmin: Bool
    ) throws -> User {
        guard try !db.isRetired(username) else { throw Refusal.nameTaken }
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
        guard inserted == 1 else { throw Refusal.nameTaken }
        try db.indexPerson(username, displayName: displayName)
        return user
    }

    /// Schedules the new name and avatar to be written into old messages, and sends them to people who can see the
    /// person: to connected clients at once, to others when they reconnect.
    mutating func announceProfile(of user: User) throws {
        try execute(
            """
            INSERT INTO renames (user_id, requested_at) VALUES (?, ?)
            ON CONFLICT (user_id) DO UPDATE SET done_up_to = 0, requested_at = excluded.requested_at
            """,
            [user.id, now]
        )
        try execute(Snapshot.moveProfile, [user.id])
        let rooms = try db.values(Room.ID.self, Snapshot.roomIDsOfUser, [user.id])
        if !rooms.isEmpty { consequences.notices.append(.profile(user, in: rooms)) }
    }

    /// Replaces the hash that was verified, and ends every session but the one that sets the new password.
    mutating func setPassword(_ password: UserChanges.Password) throws {
        let user = password.verified.userID
        try confirm(password.verified)
        guard try db.exists("SELECT 1 FROM sessions WHERE id = ? AND user_id = ?", [password.session, user]) else {
            throw Refusal.unauthenticated("The session has ended.")
        }
        try execute("UPDATE users SET password_hash = ? WHERE id = ?", [password.hash, user])
        consequences.endedSessions += try db.values(
            Session.ID.self,
            "DELETE FROM sessions WHERE user_id = ? AND id <> ? RETURNING id",
            [user, password.session]
        )
    }

    /// Checks that the hash that was verified is still the stored one, and replaces it with the renewed hash, if any.
    ///
    /// - Throws: `StaleCredentials`; `accountDisabled`.
    func confirm(_ verified: VerifiedCredentials) throws {
        let stored = try db.first("SELECT password_hash, disabled_at FROM users WHERE id = ?", [verified.userID]) {
            (hash: $0[0] as String, disabledAt: $0[1] as Timestamp?)
        }
        guard let stored, stored.hash == verified.credentials.passwordHash else { throw StaleCredentials() }
        guard stored.disabledAt == nil else { throw Refusal.accountDisabled }
        guard let renewed = verified.renewedHash else { return }
        try execute("UPDATE users SET password_hash = ? WHERE id = ?", [renewed, verified.userID])
    }

    /// Stores the network that somebody has signed in from. Above the limit, the least recently used network is
    /// removed.
    func remember(_ network: Network?, of user: User.ID, _ limits: ChatLimits) throws {
        guard let network else { return }
        try execute(
            """
            INSERT INTO known_networks (user_id, network, last_seen_at) VALUES (?, ?, ?)
            ON CONFLICT (user_id, network) DO UPDATE SET last_seen_at = excluded.last_seen_at
            """,
            [user, network.bytes, now]
        )
        // Excludes the new network by its address: after the clock was set back it may look like the oldest.
        try execute(
            """
            DELETE FROM known_networks WHERE user_id = ?1 AND network <> ?2 AND network NOT IN (
                SELECT network FROM known_networks WHERE user_id = ?1 AND network <> ?2
                ORDER BY last_seen_at DESC LIMIT ?3)
            """,
            [user, network.bytes, limits.networksPerPerson - 1]
        )
    }

    /// Claims the new picture and releases the old one, in the same transaction.
    mutating func replaceAvatar(_ old: Attachment.ID?, of user: User.ID, by avatar: UserChanges.Avatar) throws {
        if case .attachment(let id) = avatar, id == old { return }
        if let old {
            consequences.releasedAttachments += try db.values(
                Attachment.ID.self,
                "UPDATE attachments SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL RETURNING id",
                [now, old]
            )
        }
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

extension Refusal {
    /// Also for the name of a deleted account, which nobody gets again.
    package static let nameTaken = Refusal.conflict("This name is taken.", field: "username")
}

extension Snapshot {
    /// Profiles that never changed are at position 0.
    fileprivate static let moveProfile = """
        UPDATE users SET profile_position = (
            SELECT CASE WHEN position < 1 THEN 1 ELSE position END FROM log_head)
        WHERE id = ?
        """
}
