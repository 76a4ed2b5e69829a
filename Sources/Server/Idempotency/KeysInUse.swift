import Chat
import Foundation
import Synchronization

/// The keys of requests that are being carried out, so that a client that asks again too early does not have the same
/// work done beside the first.
///
/// That nothing is made twice does not hang on this: the database sees to that. This spares a second hash or change. A
/// key is held from when the whole request is there to its answer, so a slow client holds none.
final class KeysInUse: Sendable {
    /// Keys of one person, or of one name, at a time. People and names are as many as there are connections at most.
    static let keysPerOwner = 16

    private let keys = Mutex<[Data: Set<OnceKey>]>([:])

    /// Does `work` with the key held; without one, just so.
    ///
    /// - Throws: `conflict` when another request holds it, `rate_limited` when their owner has too many, and what `work`
    ///   throws.
    func hold<Result>(_ key: OnceKey?, while work: () async throws -> Result) async throws -> Result {
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

    private func release(_ key: OnceKey) {
        keys.withLock { keys in
            keys[key.owner]?.remove(key)
            if keys[key.owner]?.isEmpty == true { keys[key.owner] = nil }
        }
    }

    private static let inUse = Problem(
        .conflict,
        "conflict",
        "A request with the same \(OnceKey.field) is still in progress. Try again shortly.",
        field: OnceKey.field,
        retryAfterSeconds: 1
    )

    private static let tooMany = Problem(
        .tooManyRequests,
        "rate_limited",
        "At most \(keysPerOwner) requests with an \(OnceKey.field) may be in progress. Try again shortly.",
        field: OnceKey.field,
        limit: keysPerOwner,
        retryAfterSeconds: 1
    )
}
