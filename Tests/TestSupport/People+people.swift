import Chat

/// Operations of a signed-in person, whatever the session.
extension People {
    @discardableResult
    package func update(_ user: User.ID, _ changes: UserChanges) async throws -> User {
        try await update(changes, by: Caller(user: user, session: .random()))
    }

    package func deleteSession(_ id: Session.ID, of user: User.ID) async throws {
        try await deleteSession(id, by: Caller(user: user, session: .random()))
    }

    package func block(_ blocked: User.ID, by user: User.ID) async throws {
        try await block(blocked, by: Caller(user: user, session: .random()))
    }

    package func unblock(_ blocked: User.ID, by user: User.ID) async throws {
        try await unblock(blocked, by: Caller(user: user, session: .random()))
    }
}
