import Vocabulary

/// People with accounts, their sessions and their blocks.
package struct People: Sendable {
    let store: Store

    /// Creates an account.
    ///
    /// - Throws: `conflict` if the name is taken.
    package func create(
        username: String,
        displayName: String,
        passwordHash: String,
        isAdmin: Bool = false
    ) async throws -> User {
        try await store.change(about: []) { transaction in
            try transaction.insertUser(
                username: username,
                displayName: displayName,
                passwordHash: passwordHash,
                isAdmin: isAdmin
            )
        }
    }

    /// Creates an account and its first session, or neither.
    ///
    /// - Parameter code: An invitation code, of which one use is taken.
    /// - Throws: `conflict` if the name is taken; `invitationRequired` if the code is not valid.
    package func register(
        username: String,
        displayName: String,
        passwordHash: String,
        from network: Network? = nil,
        invitedBy code: InvitationCode? = nil,
        request: IdempotentRequest? = nil
    ) async throws -> (user: User, session: Session, token: SessionToken) {
        let token = SessionToken.make()
        return try await store.change(about: []) { [limits = store.limits] transaction in
            if let code { try transaction.use(code) }
            let user = try transaction.insertUser(
                username: username,
                displayName: displayName,
                passwordHash: passwordHash,
                isAdmin: false
            )
            let session = try transaction.insertSession(for: user.id, token, limits)
            try transaction.remember(network, of: user.id, limits)
            if let request { try transaction.claim(request, for: session.id) }
            return (user, session, token)
        }
    }

    /// Whether nobody can get this name: somebody has it, or had it until their account was deleted.
    package func isTaken(_ username: String) async throws -> Bool {
        try await store.read { db in
            try db.exists("SELECT 1 FROM users WHERE username = ?", [username]) || db.isRetired(username)
        }
    }

    /// Whether an account can be created with this code now.
    package func accepts(_ code: InvitationCode) async throws -> Bool {
        let time = store.now()
        return try await store.read { try $0.exists(Snapshot.usableInvitationCode, [code.hash, time]) }
    }

    /// The credentials of the person with this name; nil if there is none.
    package func credentials(username: String) async throws -> Credentials? {
        try await credentials(Snapshot.credentialsByName, [username])
    }

    /// The person's credentials; nil if there is no such person.
    package func credentials(of user: User.ID) async throws -> Credentials? {
        try await credentials(Snapshot.credentialsByID, [user])
    }

    private func credentials(_ sql: String, _ values: SQLValues) async throws -> Credentials? {
        try await store.read { db in
            try db.first(sql, values) { Credentials(userID: $0[0], username: $0[1], passwordHash: $0[2]) }
        }
    }

    /// Whether the person with this name has signed in from the network before. False if nobody has the name.
    package func knows(_ network: Network, ofNamed username: String) async throws -> Bool {
        try await store.read { try $0.exists(Snapshot.isKnownNetwork, [username, network.bytes]) }
    }

    /// - Throws: `notFound`.
    package func user(_ id: User.ID) async throws -> User {
        try await store.read { try $0.user(id) }
    }

    /// - Throws: `notFound`.
    package func user(_ id: User.ID, for viewer: User.ID) async throws -> UserView {
        try await store.read { try $0.user(id, for: viewer) }
    }

    /// A page of the people whose user name or display name has a word that begins with `query`, ordered by these
    /// words; if `query` is empty, of all people, ordered by user name.
    ///
    /// - Parameter cursor: Where the previous page ended.
    package func find(
        matching query: String,
        after cursor: SearchCursor? = nil,
        for viewer: User.ID
    ) async throws -> SearchPage<UserView> {
        let prefix = FoldedText.fold(query)
        return try await store.read { [limits = store.limits] db in
            let found = try db.people(prefix: prefix, after: cursor, limit: limits.peopleFound + 1, for: viewer)
            return SearchPage(found, limit: limits.peopleFound)
        }
    }

    /// Changes the given fields and leaves the others as they are. A new password ends the person's other sessions in
    /// the same commit.
    ///
    /// - Throws: `rateLimited` for a name or an avatar; `notFound`; `conflict` with the field `avatar_attachment_id` if
    ///   the picture cannot be used; `unauthenticated` if the session that sets a password has ended;
    ///   `StaleCredentials`.
    package func update(_ changes: UserChanges, by caller: Caller) async throws -> User {
        let id = caller.user
        if changes.displayName == nil && changes.avatar == nil {
            store.noteActivity(of: caller)
        } else {
            try store.begin(\.profiles, by: caller)
        }
        return try await store.change(about: [.person(id)]) { transaction in
            let before = try transaction.db.user(id)
            if let password = changes.password { try transaction.setPassword(password) }
            if let name = changes.displayName {
                try transaction.execute("UPDATE users SET display_name = ? WHERE id = ?", [name, id])
                try transaction.db.indexPerson(before.username, displayName: name)
            }
            if let avatar = changes.avatar { try transaction.replaceAvatar(before.avatar?.id, of: id, by: avatar) }
            let user = try transaction.db.user(id)
            if user.displayName != before.displayName || user.avatar?.id != before.avatar?.id {
                try transaction.announceProfile(of: user)
            }
            return user
        }
    }

    /// Records when people who have gone offline were last active.
    package func recordLastSeen(_ seen: [(user: User.ID, at: Timestamp)]) async throws {
        let latest = Dictionary(seen.map { ($0.user, $0.at) }, uniquingKeysWith: max)
        // Always in the same order, so that two servers cannot deadlock on each other's rows.
        let rows = latest.sorted { $0.key < $1.key }.map { [$0.key, $0.value] as SQLValues }
        try await store.change(about: [], for: .maintaining) { transaction in
            for start in stride(from: 0, to: rows.count, by: Self.lastSeenBatch) {
                let list = SQLList(rows: Array(rows[start...].prefix(Self.lastSeenBatch)))
                try transaction.execute(Snapshot.moveLastSeen(list.places), list.values)
            }
        }
    }

    /// People per statement.
    private static let lastSeenBatch = 128
}

extension Store {
    package var people: People { People(store: self) }
}

extension Snapshot {
    fileprivate static let credentialsByName = """
        SELECT id, username, password_hash FROM users WHERE username = ? AND deleted_at IS NULL
        """
    fileprivate static let credentialsByID = """
        SELECT id, username, password_hash FROM users WHERE id = ? AND deleted_at IS NULL
        """

    /// - Parameter people: Placeholders of rows of a person's id and the time when they were last seen.
    static func moveLastSeen(_ people: String) -> String {
        """
        WITH seen(user_id, at) AS (VALUES \(people))
        UPDATE users SET last_seen_at = seen.at FROM seen
        WHERE users.id = seen.user_id AND users.deleted_at IS NULL AND (users.last_seen_at IS NULL OR users.last_seen_at < seen.at)
        """
    }
}
