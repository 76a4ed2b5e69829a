import Chat
import Synchronization

/// The keys of requests that are being carried out, so that a client that asks again too early does not have the same
/// work done beside the first.
///
/// That nothing is made twice does not hang on this: the database sees to that. This spares a second upload or hash.
final class KeysInUse: Sendable {
    /// Keys at a time; about 200 bytes each.
    static let capacity = 2048

    private let keys = Mutex<Set<OnceKey>>([])

    /// Does `work` with the key held; without one, just so.
    ///
    /// - Throws: `conflict` when another request holds it, `overloaded` when too many are held, and what `work` throws.
    func hold<Result>(_ key: OnceKey?, while work: () async throws -> Result) async throws -> Result {
        guard let key else { return try await work() }
        try keys.withLock { keys in
            guard !keys.contains(key) else { throw Self.inUse }
            guard keys.count < Self.capacity else { throw Refusal.overloaded(retryAfterSeconds: 1) }
            keys.insert(key)
        }
        defer { keys.withLock { _ = $0.remove(key) } }
        return try await work()
    }

    private static let inUse = Problem(
        .conflict,
        "conflict",
        "A request with this key is still being carried out. Ask again shortly.",
        field: OnceKey.field,
        retryAfterSeconds: 1
    )
}
