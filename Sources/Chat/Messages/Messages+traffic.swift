import Vocabulary

extension Messages {
    /// When the newest message was sent; nil without messages.
    package func newestTime() async throws -> Timestamp? {
        try await store.read { try $0.value(Timestamp.self, Snapshot.newestMessageTime) }
    }
}

extension Snapshot {
    /// The newest by its id, which begins with its time: a message that has returned from the archive has the last
    /// position.
    static let newestMessageTime = """
        SELECT created_at FROM messages ORDER BY id DESC LIMIT 1
        """
}
