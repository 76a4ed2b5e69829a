import Chat
import Foundation
import Synchronization

/// The keys of requests in progress. A client that repeats a request too early does not cause the same work twice.
///
/// Correctness does not depend on it, because the database rejects a second use of a key; it avoids a second password
/// hash or transaction. A key is held from the end of the request to its response, so that a slow client holds none.
final class InFlightKeys: Sendable {
    /// Most keys that one user, or one user name, may have in progress.
    static let keysPerOwner = 16

    private let keys = Mutex<[Data: Set<IdempotencyKey>]>([:])

    /// Calls `work` while holding the key, if there is one.
    ///
    /// - Throws: `conflict` if another request holds the key, `rate_limited` if its owner holds too many, and what
    ///   `work` throws.
    func hold<Result>(_ key: IdempotencyKey?, while work: () async throws -> Result) async throws -> Result {
        guard let key else { return try await work() }
        try keys.withLock { keys in
            let own = keys[key.owner, default: []]
            guard !own.contains(key) else { throw Self.inUse }
            guard own.count < Self.keysPerOwner else { throw Self.tooMany }
            keys[key.owner, default: []].insert(key)
        }
        defer { release(key) }
        return try await work()
    }

    private func release(_ key: IdempotencyKey) {
        keys.withLock { keys in
            keys[key.owner]?.remove(key)
            if keys[key.owner]?.isEmpty == true { keys[key.owner] = nil }
        }
    }

    private static let inUse = Problem(
        .conflict,
        "conflict",
        "A request with the same \(IdempotencyKey.field) is still in progress. Try again shortly.",
        field: IdempotencyKey.field,
        retryAfterSeconds: 1
    )

    private static let tooMany = Problem(
        .tooManyRequests,
        "rate_limited",
        "At most \(keysPerOwner) requests with an \(IdempotencyKey.field) may be in progress. Try again shortly.",
        field: IdempotencyKey.field,
        limit: keysPerOwner,
        retryAfterSeconds: 1
    )
}
