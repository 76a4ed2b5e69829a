/// The token buckets of many keys under one list of rules. It has no clock and no lock; `RateLimiter` adds both.
///
/// It keeps a bounded number of keys. When it is full, it drops a quarter of them, those whose buckets will be full
/// again soonest: a full bucket carries no information, and an attacker who invents keys to displace another key would
/// have to use each of them as heavily as that key.
package struct RateLedger<Key: Hashable & Sendable>: Sendable {
    private let rules: [RateRule]
    private let capacity: Int
    private var buckets: [Key: [TokenBucket]] = [:]

    /// - Parameters:
    ///   - rules: At least one.
    ///   - capacity: Maximum number of keys; about 150 bytes each.
    package init(_ rules: [RateRule], capacity: Int) {
        self.rules = rules
        self.capacity = capacity
    }

    /// Number of keys that are kept.
    package var count: Int { buckets.count }

    /// Takes a token from every bucket of every key, or from none if one of them is empty.
    package mutating func take(_ keys: [Key], at now: ContinuousClock.Instant) -> RateVerdict {
        if let wait = longestWait(keys, at: now) { return .refused(retryAfterSeconds: wait.wholeSeconds) }
        var remaining: Int?
        for key in keys {
            if buckets[key] == nil, buckets.count >= capacity { forgetSome(at: now) }
            let left = spend(key, at: now)
            remaining = min(left, remaining ?? left)
        }
        return .allowed(remaining: remaining)
    }

    private func longestWait(_ keys: [Key], at now: ContinuousClock.Instant) -> Duration? {
        var longest: Duration?
        for key in keys {
            guard let own = buckets[key] else { continue }
            for (rule, bucket) in zip(rules, own) {
                guard let wait = bucket.wait(rule, at: now) else { continue }
                longest = max(wait, longest ?? wait)
            }
        }
        return longest
    }

    /// - Returns: The number of tokens in the emptiest bucket.
    private mutating func spend(_ key: Key, at now: ContinuousClock.Instant) -> Int {
        let rules = rules
        return Self.spend(&buckets[key, default: rules.map { _ in TokenBucket(at: now) }], rules, at: now)
    }

    private static func spend(
        _ buckets: inout [TokenBucket],
        _ rules: [RateRule],
        at now: ContinuousClock.Instant
    ) -> Int {
        var left = Int.max
        for (index, rule) in rules.enumerated() {
            buckets[index].spend(rule, at: now)
            left = min(left, buckets[index].tokens(rule, at: now))
        }
        return left
    }

    private mutating func forgetSome(at now: ContinuousClock.Instant) {
        let moments = buckets.values.map(Self.fullAt).sorted()
        let last = max(moments[moments.count - capacity * 3 / 4 - 1], now)
        buckets = buckets.filter { Self.fullAt($1) > last }
    }

    private static func fullAt(_ buckets: [TokenBucket]) -> ContinuousClock.Instant {
        buckets.dropFirst().reduce(buckets[0].fullAt) { max($0, $1.fullAt) }
    }
}

/// The decision of a rate limit.
package enum RateVerdict: Equatable, Sendable {
    /// `remaining` is how many more are allowed at once; nil without a limit.
    case allowed(remaining: Int?)
    /// `retryAfterSeconds` is at least 1.
    case refused(retryAfterSeconds: Int)
}

extension Duration {
    /// Rounded up, and at least 1.
    fileprivate var wholeSeconds: Int {
        max(1, Int(components.seconds) + (components.attoseconds > 0 ? 1 : 0))
    }
}
