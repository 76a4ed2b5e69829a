/// What is left of one rule. It has no clock: the time is passed in.
///
/// All it keeps is the moment at which it will be full again, which is the generic cell rate algorithm (ITU-T I.371
/// annex A). A bucket whose moment has passed says nothing that a new one would not say.
package struct TokenBucket: Sendable, Equatable {
    package private(set) var fullAt: ContinuousClock.Instant

    /// A full one.
    package init(at now: ContinuousClock.Instant) {
        fullAt = now
    }

    /// Takes a token if there is one.
    ///
    /// - Returns: Whether there was.
    package mutating func take(_ rule: RateRule, at now: ContinuousClock.Instant) -> Bool {
        guard wait(rule, at: now) == nil else { return false }
        spend(rule, at: now)
        return true
    }

    /// Time until the next token; nil when there is one.
    func wait(_ rule: RateRule, at now: ContinuousClock.Instant) -> Duration? {
        let missing = max(now.duration(to: fullAt), .zero)
        let wait = missing + rule.interval - rule.wholeTime
        return wait > .zero ? wait : nil
    }

    /// Takes a token that must be there.
    mutating func spend(_ rule: RateRule, at now: ContinuousClock.Instant) {
        fullAt = max(fullAt, now) + rule.interval
    }

    /// Whole tokens that are there.
    func tokens(_ rule: RateRule, at now: ContinuousClock.Instant) -> Int {
        let missing = max(now.duration(to: fullAt), .zero)
        return Int((rule.wholeTime - missing).attoseconds / rule.interval.attoseconds)
    }
}
