import Vocabulary

/// Removal of old idempotency keys by the janitor.
extension Store {
    /// Removes a batch of expired idempotency keys.
    ///
    /// - Parameter age: Age at which a key is removed. Keys are kept for at least `IdempotencyKey.lifetime`.
    /// - Returns: The number of keys removed; 0 when there is nothing left to do.
    package func pruneKeys(age: Duration = IdempotencyKey.lifetime, limit: Int) async throws -> Int {
        let age = max(age, IdempotencyKey.lifetime)
        return try await change(about: [], for: .deleting) { transaction in
            try transaction.execute(Snapshot.pruneKeys, [transaction.now - age, limit])
        }
    }

    /// The total number of keys that `pruneKeys` would remove.
    package func oldKeyCount(age: Duration = IdempotencyKey.lifetime) async throws -> Int {
        let oldest = now() - max(age, IdempotencyKey.lifetime)
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
