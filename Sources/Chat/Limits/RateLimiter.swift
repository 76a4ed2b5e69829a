import Synchronization

/// Says how often each key may do one thing, from any thread.
package final class RateLimiter<Key: Hashable & Sendable>: Sendable {
    private let isOff: Bool
    private let now: @Sendable () -> ContinuousClock.Instant
    private let ledger: Mutex<RateLedger<Key>>

    /// - Parameters:
    ///   - rules: All must allow. None lifts the limit.
    ///   - capacity: Keys that are remembered.
    ///   - now: A clock that never goes back.
    package init(
        _ rules: [RateRule],
        capacity: Int,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        isOff = rules.isEmpty
        self.now = now
        ledger = Mutex(RateLedger(rules, capacity: capacity))
    }

    /// Takes a token from every key's buckets, or none where one of them is empty.
    package func take(_ keys: [Key]) -> RateVerdict {
        guard !isOff else { return .allowed(remaining: nil) }
        let now = now()
        return ledger.withLock { $0.take(keys, at: now) }
    }
}
