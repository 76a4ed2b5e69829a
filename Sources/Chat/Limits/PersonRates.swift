/// How often one person may do things, whatever carries the requests.
package struct PersonRates: Sendable {
    /// People that one limit remembers: 3 MB when they are that many.
    package static let capacity = 20_000

    /// Messages and their edits.
    package let messages: RateLimiter<User.ID>

    /// - Parameters:
    ///   - messages: All must allow. None lifts the limit.
    ///   - now: A clock that never goes back.
    package init(messages: [RateRule] = [], now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.messages = RateLimiter(messages, capacity: Self.capacity, now: now)
    }
}
