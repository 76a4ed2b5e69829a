import SnugMetrics
import Synchronization

/// Limits how often each key may do one thing. Can be used from any thread.
package final class RateLimiter<Key: Hashable & Sendable>: Sendable {
    private let isOff: Bool
    private let now: @Sendable () -> ContinuousClock.Instant
    private let ledger: Mutex<RateLedger<Key>>
    /// How often something was refused.
    package let refusals = Counter()

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
        let verdict = ledger.withLock { $0.take(keys, at: now) }
        if case .refused = verdict { refusals.add() }
        return verdict
    }
}

/// The decision of a rate limit.
package enum RateVerdict: Equatable, Sendable {
    /// `remaining` is how many more are allowed at once; nil without a limit.
    case allowed(remaining: Int?)
    /// `retryAfterSeconds` is at least 1.
    case refused(retryAfterSeconds: Int)
}

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

extension Duration {
    /// Rounded up, and at least 1.
    fileprivate var wholeSeconds: Int {
        max(1, Int(components.seconds) + (components.attoseconds > 0 ? 1 : 0))
    }
}

/// The tokens of one rule. It has no clock: the time is passed in.
///
/// It stores only the time at which it will be full again, as in the generic cell rate algorithm (ITU-T I.371 annex A).
/// Once that time has passed, it is equivalent to a new bucket.
package struct TokenBucket: Sendable, Equatable {
    package private(set) var fullAt: ContinuousClock.Instant

    /// A full bucket.
    package init(at now: ContinuousClock.Instant) {
        fullAt = now
    }

    /// Takes a token if there is one.
    ///
    /// - Returns: Whether there was a token.
    package mutating func take(_ rule: RateRule, at now: ContinuousClock.Instant) -> Bool {
        guard wait(rule, at: now) == nil else { return false }
        spend(rule, at: now)
        return true
    }

    /// Time until the next token is available; nil if there is one now.
    func wait(_ rule: RateRule, at now: ContinuousClock.Instant) -> Duration? {
        let missing = max(now.duration(to: fullAt), .zero)
        let wait = missing + rule.interval - rule.wholeTime
        return wait > .zero ? wait : nil
    }

    /// Takes a token, which must be available.
    fileprivate mutating func spend(_ rule: RateRule, at now: ContinuousClock.Instant) {
        fullAt = max(fullAt, now) + rule.interval
    }

    /// Number of whole tokens that are available.
    func tokens(_ rule: RateRule, at now: ContinuousClock.Instant) -> Int {
        let missing = max(now.duration(to: fullAt), .zero)
        return Int((rule.wholeTime - missing).attoseconds / rule.interval.attoseconds)
    }
}

/// A rate limit as one token bucket, written `count/seconds` with a burst that defaults to the count.
package struct RateRule: Sendable, Equatable {
    /// Tokens that are refilled within `seconds`.
    package let count: Int
    package let seconds: Int
    /// Tokens that a full bucket holds.
    package let burst: Int
    /// Time in which one token is refilled.
    fileprivate let interval: Duration
    /// Time in which an empty bucket becomes full.
    fileprivate let wholeTime: Duration

    /// - Precondition: All three are positive.
    package init(count: Int, seconds: Int, burst: Int) {
        precondition(count > 0 && seconds > 0 && burst > 0, "a rate allows something")
        self.count = count
        self.seconds = seconds
        self.burst = burst
        interval = .seconds(seconds) / count
        wholeTime = interval * burst
    }
}

extension RateRule {
    /// Reads `3/1s burst 5`; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let words = text.split(separator: " ")
        guard words.count == 1 || (words.count == 3 && words[1] == "burst"), let rate = words.first else { return nil }
        let sides = rate.split(separator: "/", omittingEmptySubsequences: false)
        guard sides.count == 2, sides[1].last == "s", let count = Int(sides[0]), let seconds = Int(sides[1].dropLast()),
            (1...1_000_000).contains(count), (1...86_400).contains(seconds)
        else { return nil }
        guard words.count == 3 else {
            self.init(count: count, seconds: seconds, burst: count)
            return
        }
        guard let burst = Int(words[2]), (1...1_000_000).contains(burst) else { return nil }
        self.init(count: count, seconds: seconds, burst: burst)
    }

    /// Reads a comma-separated list, or `off`; nil for anything else.
    package static func list(_ text: String) -> [RateRule]? {
        guard text != "off" else { return [] }
        let rules = text.split(separator: ",").map { RateRule($0) }
        let read = rules.compactMap(\.self)
        return read.isEmpty || read.count != rules.count ? nil : read
    }
}

extension RateRule: CustomStringConvertible {
    package var description: String { "\(count)/\(seconds)s" + (burst == count ? "" : " burst \(burst)") }
}
