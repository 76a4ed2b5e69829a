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
    mutating func spend(_ rule: RateRule, at now: ContinuousClock.Instant) {
        fullAt = max(fullAt, now) + rule.interval
    }

    /// Number of whole tokens that are available.
    func tokens(_ rule: RateRule, at now: ContinuousClock.Instant) -> Int {
        let missing = max(now.duration(to: fullAt), .zero)
        return Int((rule.wholeTime - missing).attoseconds / rule.interval.attoseconds)
    }
}
