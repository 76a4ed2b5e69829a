import Vocabulary

extension Messages {
    /// When the newest message was sent; nil without messages.
    package func newestTime() async throws -> Timestamp? {
        try await store.read { try $0.value(Timestamp.self, Snapshot.newestMessageTime) }
    }
}

extension Snapshot {
    static let newestMessageTime = """
        SELECT created_at FROM messages WHERE position = (SELECT max(position) FROM messages)
        """
}
