import Synchronization

/// Limits how often each key may do one thing. Can be used from any thread.
package final class RateLimiter<Key: Hashable & Sendable>: Sendable {
    private let isOff: Bool
    private let now: @Sendable () -> ContinuousClock.Instant
    private let ledger: Mutex<RateLedger<Key>>

    /// - Parameters:
    ///   - rules: All of them must allow. Without rules there is no limit.
    ///   - capacity: Maximum number of keys that are kept.
    ///   - now: A monotonic clock.
    package init(
        _ rules: [RateRule],
        capacity: Int,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        isOff = rules.isEmpty
        self.now = now
        ledger = Mutex(RateLedger(rules, capacity: capacity))
    }

    /// Takes a token from every bucket of every key, or from none if one of them is empty.
    package func take(_ keys: [Key]) -> RateVerdict {
        guard !isOff else { return .allowed(remaining: nil) }
        let now = now()
        return ledger.withLock { $0.take(keys, at: now) }
    }
}
