import Chat

/// Operations of a signed-in person, whatever the session.
extension Messages {
    package func post(
        _ draft: Draft,
        in room: Room.ID,
        by user: User.ID,
        request: IdempotentRequest? = nil
    ) async throws -> Posted {
        let caller = Caller(user: user, session: .random(), idempotentRequest: request)
        return try await post(draft, in: room, by: caller)
    }

    package func edit(_ id: Message.ID, in room: Room.ID, body: String, by user: User.ID) async throws -> Message {
        try await edit(id, in: room, body: body, by: Caller(user: user, session: .random()))
    }

    package func delete(_ id: Message.ID, in room: Room.ID, by user: User.ID) async throws {
        try await delete(id, in: room, by: Caller(user: user, session: .random()))
    }
}
