import TestSupport

@testable import Chat

/// Signing in without the cost of a hash, for tests in which nobody guesses.
extension People {
    func verified(_ user: User.ID) async throws -> VerifiedCredentials {
        guard let credentials = try await credentials(of: user) else { throw Refusal.notFound() }
        return VerifiedCredentials(credentials)
    }

    func createSession(
        for user: User.ID,
        from network: Network? = nil,
        request: IdempotentRequest? = nil
    ) async throws -> (session: Session, token: SessionToken) {
        try await createSession(for: verified(user), from: network, request: request)
    }

    func renewSession(
        of user: User.ID,
        madeBy request: IdempotentRequest
    ) async throws -> (session: Session, token: SessionToken)? {
        try await renewSession(of: verified(user), madeBy: request)
    }

    /// Sets a hash as a person would who knows the current password.
    @discardableResult
    func setPassword(hash: String, of user: User.ID, by session: Session.ID) async throws -> User {
        var changes = UserChanges()
        changes.password = .init(verified: try await verified(user), hash: hash, session: session)
        return try await update(user, changes)
    }
}
