/// The token buckets of many keys under one list of rules. It has no clock and no lock; `RateLimiter` adds both.
///
/// It remembers a bounded number of keys. When it is full it forgets those whose buckets are soonest full again, a
/// quarter at a time: keys that are full already carry nothing, and whoever makes up keys to be forgotten would have to
/// use each of them as hard as the one that is to be forgotten.
package struct RateLedger<Key: Hashable & Sendable>: Sendable {
    private let rules: [RateRule]
    private let capacity: Int
    private var buckets: [Key: [TokenBucket]] = [:]

    /// - Parameters:
    ///   - rules: At least one.
    ///   - capacity: Keys that are remembered; about 150 bytes each.
    package init(_ rules: [RateRule], capacity: Int) {
        self.rules = rules
        self.capacity = capacity
    }

    /// Keys that are remembered.
    package var count: Int { buckets.count }

    /// Takes a token from every bucket of every key, or none where one of them is empty.
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

    /// - Returns: What is left in the emptiest bucket.
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

/// Whether something may be done now.
package enum RateVerdict: Equatable, Sendable {
    /// How often it may be done at once after this; nil without a limit.
    case allowed(remaining: Int?)
    /// At least 1.
    case refused(retryAfterSeconds: Int)
}

extension Duration {
    /// Rounded up, and at least 1.
    fileprivate var wholeSeconds: Int {
        max(1, Int(components.seconds) + (components.attoseconds > 0 ? 1 : 0))
    }
}
