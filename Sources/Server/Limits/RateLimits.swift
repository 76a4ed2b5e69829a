import Chat
import NIOCore
import NIOHTTP1
import SnugSettings

/// How often people, addresses and names may do things.
struct RateLimits: Sendable {
    /// Keys that one limit remembers: 3 MB when they are that many.
    static let keysPerLimit = 20_000

    /// What a sign-in is counted for.
    enum SignInKey: Hashable {
        case network(ClientNetwork)
        case name(String)

        /// A name as it was typed. What is longer than any name is cut, so that it takes no room.
        init(typed name: String) {
            self = .name(String(decoding: name.utf8.prefix(64), as: UTF8.self).lowercased())
        }
    }

    let requests: RateLimiter<ClientNetwork>
    let messages: RateLimiter<User.ID>
    let uploads: RateLimiter<User.ID>
    let rooms: RateLimiter<User.ID>
    let joins: RateLimiter<User.ID>
    let signins: RateLimiter<SignInKey>
    let address: ClientAddress

    init(_ rates: RateSettings, address: ClientAddress, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        requests = RateLimiter(rates.requests, capacity: Self.keysPerLimit, now: now)
        messages = RateLimiter(rates.messages, capacity: Self.keysPerLimit, now: now)
        uploads = RateLimiter(rates.uploads, capacity: Self.keysPerLimit, now: now)
        rooms = RateLimiter(rates.rooms, capacity: Self.keysPerLimit, now: now)
        joins = RateLimiter(rates.joins, capacity: Self.keysPerLimit, now: now)
        signins = RateLimiter(rates.signins, capacity: Self.keysPerLimit, now: now)
        self.address = address
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
