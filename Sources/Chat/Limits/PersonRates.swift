/// The rate limits of each person, whatever transport their requests use.
package struct PersonRates: Sendable {
    /// The rules of each operation, all of which must allow it. Without rules there is no limit.
    package struct Rules: Sendable {
        package var messages: [RateRule] = []
        package var rooms: [RateRule] = []
        package var direct: [RateRule] = []
        package var roomChanges: [RateRule] = []
        package var joins: [RateRule] = []
        package var adds: [RateRule] = []
        package var removals: [RateRule] = []
        package var roles: [RateRule] = []
        package var blocks: [RateRule] = []
        package var profiles: [RateRule] = []
        package var uploads: [RateRule] = []

        package init() {}
    }

    /// People that one limiter keeps track of; 3 MB when it is full.
    package static let capacity = 20_000

    /// Messages and their edits.
    package let messages: RateLimiter<User.ID>
    /// Rooms that the person makes, including direct rooms with people they know.
    package let rooms: RateLimiter<User.ID>
    /// Direct rooms with strangers, and invitations of strangers.
    package let direct: RateLimiter<User.ID>
    /// Changes of a room's name or topic.
    package let roomChanges: RateLimiter<User.ID>
    /// Rooms that the person joins.
    package let joins: RateLimiter<User.ID>
    /// Others whom the person adds to rooms, or whose bans they lift.
    package let adds: RateLimiter<User.ID>
    /// Others whom the person removes from rooms, or bans.
    package let removals: RateLimiter<User.ID>
    /// Changes of others' roles.
    package let roles: RateLimiter<User.ID>
    /// Blocks of people, and hiding or showing direct rooms.
    package let blocks: RateLimiter<User.ID>
    /// Changes of the person's name or avatar.
    package let profiles: RateLimiter<User.ID>
    /// Uploads that the person begins, and retries of their renderings that they request.
    package let uploads: RateLimiter<User.ID>

    /// - Parameter now: A monotonic clock.
    package init(_ rules: Rules = Rules(), now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        func limiter(_ rules: [RateRule]) -> RateLimiter<User.ID> {
            RateLimiter(rules, capacity: Self.capacity, now: now)
        }
        messages = limiter(rules.messages)
        rooms = limiter(rules.rooms)
        direct = limiter(rules.direct)
        roomChanges = limiter(rules.roomChanges)
        joins = limiter(rules.joins)
        adds = limiter(rules.adds)
        removals = limiter(rules.removals)
        roles = limiter(rules.roles)
        blocks = limiter(rules.blocks)
        profiles = limiter(rules.profiles)
        uploads = limiter(rules.uploads)
    }
}
