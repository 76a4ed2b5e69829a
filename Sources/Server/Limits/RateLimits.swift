import Chat
import NIOCore
import NIOHTTP1
import SnugSettings

/// How often people, addresses and names may do things.
struct RateLimits: Sendable {
    /// Keys that one limit remembers: 3 MB when they are that many.
    static let keysPerLimit = PersonRates.capacity

    /// What a sign-in is counted for.
    enum SignInKey: Hashable {
        case network(ClientNetwork)
        case name(String)
        /// Somebody who signs in from where they have signed in before.
        case known(String, ClientNetwork)
    }

    let requests: RateLimiter<ClientNetwork>
    /// What the store's operations count themselves.
    let people: PersonRates
    let signins: RateLimiter<SignInKey>
    let signups: RateLimiter<ClientNetwork>
    let address: ClientAddress

    init(_ rates: RateSettings, address: ClientAddress, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        requests = RateLimiter(rates.requests, capacity: Self.keysPerLimit, now: now)
        people = PersonRates(rates.people, now: now)
        signins = RateLimiter(rates.signins, capacity: Self.keysPerLimit, now: now)
        signups = RateLimiter(rates.signups, capacity: Self.keysPerLimit, now: now)
        self.address = address
    }

    /// Counts a guess at the password of a name. From a network that the person has signed in from before they have an
    /// allowance of their own, so that guesses from anywhere else do not keep them out.
    ///
    /// - Throws: `rate_limited`.
    func spendSignIn(as name: String, from network: ClientNetwork, isKnown: Bool) throws(Problem) {
        // What is longer than any name is cut, so that it takes no room.
        let name = String(decoding: name.utf8.prefix(64), as: UTF8.self)
        if isKnown {
            try signins.spend(.known(name, network))
        } else {
            try signins.spend(.network(network), .name(name))
        }
    }

    /// Counts a request for a live socket, which does not pass the router.
    func mayUpgrade(_ head: HTTPRequestHead, from peer: SocketAddress?) -> Bool {
        switch requests.take([address.network(of: peer, forwardedFor: head.headers["x-forwarded-for"])]) {
        case .allowed: true
        case .refused: false
        }
    }
}

extension RateLimiter {
    /// Takes a token from every key's buckets.
    ///
    /// - Returns: How often it may be done at once after this; nil without a limit.
    /// - Throws: `rate_limited` where one of them is empty; then nothing was taken.
    @discardableResult
    func spend(_ keys: Key...) throws(Problem) -> Int? {
        switch take(keys) {
        case .allowed(let remaining): return remaining
        case .refused(let seconds): throw .rateLimited(retryAfterSeconds: seconds)
        }
    }
}

extension RateSettings {
    /// The rules of what the store counts.
    fileprivate var people: PersonRates.Rules {
        var rules = PersonRates.Rules()
        rules.messages = messages
        rules.rooms = rooms
        rules.direct = direct
        rules.roomChanges = roomChanges
        rules.joins = joins
        rules.adds = adds
        rules.removals = removals
        rules.roles = roles
        rules.blocks = blocks
        rules.profiles = profiles
        rules.uploads = uploads
        return rules
    }
}
