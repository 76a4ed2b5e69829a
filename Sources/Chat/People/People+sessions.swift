import FoundationEssentials
import Vocabulary

extension People {
    /// Signs somebody in. Above the limit, the least recently used session ends.
    ///
    /// - Parameter network: The network that they sign in from. It is stored as known.
    /// - Throws: `StaleCredentials`; `conflict` if another request with the key has succeeded in the meantime.
    package func createSession(
        for verified: VerifiedCredentials,
        from network: Network? = nil,
        request: IdempotentRequest? = nil
    ) async throws -> (session: Session, token: SessionToken) {
        let token = SessionToken.make()
        let user = verified.userID
        let session = try await store.change(about: [.person(user)], for: .signingIn) {
            [limits = store.limits] transaction in
            try transaction.confirm(verified)
            try transaction.remember(network, of: user, limits)
            let session = try transaction.insertSession(for: user, token, limits)
            if let request { try transaction.claim(request, for: session.id) }
            transaction.consequences.endedSessions += try transaction.db.values(
                Session.ID.self,
                Snapshot.dropOldSessions,
                [user, transaction.now, session.id, limits.sessionsPerPerson - 1]
            )
            return session
        }
        return (session, token)
    }

    /// Whether a request with this key has been carried out.
    package func hasBeenUsed(_ key: IdempotencyKey) async throws -> Bool {
        let time = store.now()
        return try await store.read { try $0.hasBeenUsed(key, at: time) }
    }

    /// Issues another token for the session that an earlier request with the same key has made, because only the hash
    /// of the first token is stored. The first token becomes invalid.
    ///
    /// - Returns: Nil if there was no such request.
    /// - Throws: `keyReused`, `gone` if that session has ended, or `StaleCredentials`.
    package func renewSession(
        of verified: VerifiedCredentials,
        madeBy request: IdempotentRequest
    ) async throws -> (session: Session, token: SessionToken)? {
        let token = SessionToken.make()
        let user = verified.userID
        let session: Session? = try await store.change(about: [.person(user)], for: .signingIn) {
            [limits = store.limits] transaction in
            guard let id: Session.ID = try transaction.previousResult(of: request) else { return nil }
            try transaction.confirm(verified)
            return try transaction.renewSession(id, of: user, token, limits)
        }
        return session.map { ($0, token) }
    }

    /// The session that the token belongs to. Its expiry is extended unless its last use was recorded within the last
    /// hour.
    ///
    /// - Parameter network: The network that it is used from. Called, and its result stored as known, only when the
    ///   expiry is extended.
    /// - Throws: `unauthenticated` for an unknown or expired token.
    package func session(
        of token: SessionToken,
        from network: () -> Network? = { nil }
    ) async throws -> Session {
        let hash = token.hash
        let (time, cache) = (store.now(), store.sessionCache)
        if let known = cache[hash], known.isFresh(at: time) { return known }
        let generation = cache.generation
        let found = try await store.read { try $0.session(tokenHash: hash) }
        guard let found, found.expiresAt > time else { throw Self.unknownToken }
        guard !found.isFresh(at: time) else {
            cache.insert(found, tokenHash: hash, generation: generation)
            return found
        }
        do {
            let session = try await prolong(found, from: network())
            cache.insert(session, tokenHash: hash, generation: generation)
            return session
        } catch Refusal.storageFull {
            // Reading needs no disk, and the token is valid. Its next use is recorded when there is space again.
            return found
        }
    }

    private static let unknownToken = Refusal.unauthenticated("The token is unknown or has expired.")

    /// - Throws: `unauthenticated` for a session that has ended.
    package func checkSession(_ id: Session.ID) async throws {
        let exists = try await store.read { try $0.exists("SELECT 1 FROM sessions WHERE id = ?", [id]) }
        guard exists else { throw Refusal.unauthenticated("The session has ended.") }
    }

    private func prolong(_ session: Session, from network: Network?) async throws -> Session {
        try await store.change(about: [.person(session.userID)], for: .maintaining) {
            [limits = store.limits] transaction in
            let expiresAt = transaction.now + .sessionLife(limits)
            let prolonged = try transaction.execute(
                "UPDATE sessions SET last_used_at = ?, expires_at = ? WHERE id = ?",
                [transaction.now, expiresAt, session.id]
            )
            guard prolonged == 1 else { throw Self.unknownToken }
            try transaction.remember(network, of: session.userID, limits)
            return Session(
                id: session.id,
                userID: session.userID,
                createdAt: session.createdAt,
                lastUsedAt: transaction.now,
                expiresAt: expiresAt
            )
        }
    }

    /// The person's sessions that have not expired, latest use first.
    package func sessions(of user: User.ID) async throws -> [Session] {
        let time = store.now()
        return try await store.read { db in
            try db.all(Snapshot.sessionsOfUser, [user, time], Session.init)
        }
    }

    /// Signs one client out.
    ///
    /// - Throws: `notFound` if it is not one of the caller's sessions.
    package func deleteSession(_ id: Session.ID, by caller: Caller) async throws {
        let user = caller.user
        store.noteActivity(of: caller)
        try await store.change(about: [.person(user)], for: .deleting) { transaction in
            let deleted = try transaction.execute("DELETE FROM sessions WHERE id = ? AND user_id = ?", [id, user])
            guard deleted == 1 else { throw Refusal.notFound() }
            transaction.consequences.endedSessions.append(id)
        }
    }
}

extension WriteTransaction {
    func insertSession(for user: User.ID, _ token: SessionToken, _ limits: ChatLimits) throws -> Session {
        let session = Session(
            id: .make(at: now),
            userID: user,
            createdAt: now,
            lastUsedAt: now,
            expiresAt: now + .sessionLife(limits)
        )
        try execute(
            """
            INSERT INTO sessions (id, user_id, token_hash, created_at, last_used_at, expires_at)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [session.id, user, token.hash, now, now, session.expiresAt]
        )
        return session
    }

    fileprivate mutating func renewSession(
        _ id: Session.ID,
        of user: User.ID,
        _ token: SessionToken,
        _ limits: ChatLimits
    ) throws -> Session {
        let values: SQLValues = [token.hash, now, now + .sessionLife(limits), id, user, now]
        guard let session = try db.first(Snapshot.renewSession, values, Session.init) else {
            throw Refusal.resultIsGone
        }
        consequences.renewedSessions.append(id)
        return session
    }
}

extension Snapshot {
    private static let sessionColumns = "id, user_id, created_at, last_used_at, expires_at"

    static let sessionByToken = "SELECT \(sessionColumns) FROM sessions WHERE token_hash = ?"
    static let sessionsOfUser = """
        SELECT \(sessionColumns) FROM sessions WHERE user_id = ? AND expires_at > ? ORDER BY last_used_at DESC
        """
    fileprivate static let renewSession = """
        UPDATE sessions SET token_hash = ?, last_used_at = ?, expires_at = ?
        WHERE id = ? AND user_id = ? AND expires_at > ?
        RETURNING \(sessionColumns)
        """

    /// Excludes the new session by its id: after the clock was set back it may look like the oldest.
    static let dropOldSessions = """
        DELETE FROM sessions WHERE user_id = ?1 AND (expires_at <= ?2 OR (id <> ?3 AND id NOT IN (
            SELECT id FROM sessions WHERE user_id = ?1 AND id <> ?3 ORDER BY last_used_at DESC LIMIT ?4)))
        RETURNING id
        """

    fileprivate func session(tokenHash: Data) throws -> Session? {
        try first(Self.sessionByToken, [tokenHash], Session.init)
    }
}

extension Session {
    /// Whether its last use was recorded so recently that it need not be recorded again: once an hour is accurate
    /// enough for a lifetime of 30 days, and avoids a write for every request. A time in the future was recorded while
    /// the clock was wrong.
    fileprivate func isFresh(at time: Timestamp) -> Bool {
        lastUsedAt + .seconds(3600) > time && lastUsedAt - .seconds(3600) < time
    }

    fileprivate init(_ row: ResultRow) {
        self.init(id: row[0], userID: row[1], createdAt: row[2], lastUsedAt: row[3], expiresAt: row[4])
    }
}

extension Duration {
    fileprivate static func sessionLife(_ limits: ChatLimits) -> Duration {
        .seconds(limits.sessionDays * 86_400)
    }
}
