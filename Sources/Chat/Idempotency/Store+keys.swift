import Vocabulary

/// Removal of old idempotency keys by the janitor.
extension Store {
    /// Removes a batch of expired idempotency keys.
    ///
    /// - Returns: The number of keys removed; 0 when there is nothing left to do.
    package func pruneKeys(limit: Int) async throws -> Int {
        try await change(about: []) { transaction in
            try transaction.execute(Snapshot.pruneKeys, [transaction.now - IdempotencyKey.lifetime, limit])
        }
    }

    /// The total number of keys that `pruneKeys` would remove.
    package func oldKeyCount() async throws -> Int {
        let oldest = now() - IdempotencyKey.lifetime
        return try await read { try $0.value(Int.self, Snapshot.oldKeyCount, [oldest]) ?? 0 }
    }
}

extension Snapshot {
    static let pruneKeys = """
        DELETE FROM idempotency_keys WHERE (scope, route, key) IN (
            SELECT scope, route, key FROM idempotency_keys WHERE created_at <= ? ORDER BY created_at LIMIT ?)
        """
    static let oldKeyCount = "SELECT count(*) FROM idempotency_keys WHERE created_at <= ?"
}
