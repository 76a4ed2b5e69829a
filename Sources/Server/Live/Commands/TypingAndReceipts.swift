import Chat

/// Typing notices and read receipts, over HTTP and live connections alike.
struct TypingAndReceipts: Sendable {
    let store: Store
    let hub: LiveHub

    /// - Throws: `notFound`, or `invalid` for an event that does not exist yet.
    func read(_ room: Room.ID, upTo seq: Int64, by user: User.ID) async throws {
        guard let receipt = try await store.markRead(room, upTo: seq, by: user) else { return }
        hub.receive([receipt])
    }

    /// - Throws: `notFound`.
    func typing(_ user: User.ID, in room: Room.ID) async throws {
        try await store.checkMember(user, of: room)
        hub.typing(user, in: room)
    }
}
