import Chat

/// Operations of somebody who is signed in, where it does not matter in which session.
extension Attachments {
    package func begin(
        _ id: Chat.Attachment.ID,
        by user: User.ID,
        expecting byteCount: Int = 1,
        idempotencyKey key: IdempotencyKey? = nil
    ) async throws {
        try await begin(id, by: Caller(user: user, session: .random()), idempotencyKey: key) { byteCount }
    }

    package func complete(
        _ id: Chat.Attachment.ID,
        filename: String,
        facts: AttachmentFacts,
        renderCost: Int = 0,
        by user: User.ID,
        request: IdempotentRequest? = nil
    ) async throws -> Replayable<Chat.Attachment> {
        let caller = Caller(user: user, session: .random(), idempotentRequest: request)
        return try await complete(id, filename: filename, facts: facts, renderCost: renderCost, by: caller)
    }

    package func delete(_ id: Chat.Attachment.ID, by user: User.ID) async throws {
        try await delete(id, by: Caller(user: user, session: .random()))
    }
}

extension Renderings {
    package func retry(
        _ id: Chat.Attachment.ID,
        by user: User.ID,
        request: IdempotentRequest? = nil
    ) async throws -> Replayable<Chat.Attachment> {
        let caller = Caller(user: user, session: .random(), idempotentRequest: request)
        return try await retry(id, by: caller).attachment
    }
}
