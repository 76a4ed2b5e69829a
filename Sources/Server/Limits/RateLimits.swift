import Chat
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import SnugSettings

/// The rate limits of users, networks and user names.
struct RateLimits: Sendable {
    /// Most keys of one limit, which then take 3 MB.
    static let keysPerLimit = PersonRates.capacity

    /// The key that a sign-in is counted under.
    enum SignInKey: Hashable {
        case network(ClientNetwork)
        case name(String)
        /// A user name with a network from which its owner has signed in before.
        case known(String, ClientNetwork)
    }

    let requests: RateLimiter<ClientNetwork>
    /// Counted by the operations of the store.
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

    /// Counts an attempt to sign in. Networks from which the user has signed in before have an allowance of their own,
    /// so that attempts from elsewhere do not lock the user out.
    ///
    /// - Throws: `rate_limited`.
    func spendSignIn(as name: String, from network: ClientNetwork, isKnown: Bool) throws(Problem) {
        // No user name is longer; truncated so that it takes little memory.
        let name = String(decoding: name.utf8.prefix(64), as: UTF8.self)
        if isKnown {
            try signins.spend(.known(name, network))
        } else {
            try signins.spend(.network(network), .name(name))
        }
    }

    /// How often each limit has refused something, by the name of its setting without `rate_`.
    var refusals: [(rule: String, count: Int)] {
        [
            ("requests", requests.refusals.value), ("signins", signins.refusals.value),
            ("signups", signups.refusals.value), ("messages", people.messages.refusals.value),
            ("uploads", people.uploads.refusals.value), ("rooms", people.rooms.refusals.value),
            ("joins", people.joins.refusals.value), ("profiles", people.profiles.refusals.value),
            ("direct", people.direct.refusals.value), ("room_changes", people.roomChanges.refusals.value),
            ("roles", people.roles.refusals.value), ("adds", people.adds.refusals.value),
            ("removals", people.removals.refusals.value), ("blocks", people.blocks.refusals.value),
        ]
    }

    /// Counts a WebSocket upgrade, which does not pass through the router.
    func mayUpgrade(_ head: HTTPRequestHead, from peer: SocketAddress?) -> Bool {
        switch requests.take([address.network(of: peer, forwardedFor: head.headers["x-forwarded-for"])]) {
        case .allowed: true
        case .refused: false
        }
    }
}

extension RateLimiter {
    /// Takes a token from the buckets of every key.
    ///
    /// - Returns: The number of tokens left; nil without a limit.
    /// - Throws: `rate_limited` if a bucket is empty; then no token was taken.
    @discardableResult
    func spend(_ keys: Key...) throws(Problem) -> Int? {
        switch take(keys) {
        case .allowed(let remaining): return remaining
        case .refused(let seconds): throw .rateLimited(retryAfterSeconds: seconds)
        }
    }
}

extension RateSettings {
    /// The rules of the limits that the store counts.
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

/// Limits the requests of each network, before anything else is done for them.
struct RequestLimit: RouterMiddleware {
    let limits: RateLimits

    func handle(
        _ request: Request,
        context: AppContext,
        next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        if Self.counts(request.uri.path) {
            let forwardedFor = request.headers[values: .xForwardedFor]
            do {
                try limits.requests.spend(limits.address.network(of: context.peer, forwardedFor: forwardedFor))
            } catch {
                return error.response.lingering(over: request)
            }
        }
        return try await next(request, context)
    }

    private static let uncounted = ["/media/", "/health", "/metrics"]

    /// Pictures are requested by the dozen and cost little, and monitoring must not be rejected.
    static func counts(_ path: String) -> Bool {
        !uncounted.contains { path.utf8.starts(with: $0.utf8) }
    }
}

/// The unit of rate limits for clients: an IPv4 address, or the /64 of an IPv6 address, in which a client may use any
/// address (RFC 4291 section 2.5.1).
enum ClientNetwork: Hashable, Sendable {
    case v4(UInt32)
    /// The upper half of the address.
    case v6(UInt64)
    /// A connection without an IP address.
    case none

    init(_ address: IPAddress?) {
        switch address {
        case .v4(let number): self = .v4(number)
        case .v6(let number): self = .v6(UInt64(number >> 64))
        case nil: self = .none
        }
    }

    /// The form that the store remembers; nil for a connection without an IP address.
    var known: Network? {
        switch self {
        case .v4(let address): Network(v4: address)
        case .v6(let prefix): Network(v6: prefix)
        case .none: nil
        }
    }
}

extension ClientAddress {
    /// The network of the client.
    func network(of peer: SocketAddress?, forwardedFor: [String]) -> ClientNetwork {
        // Without a proxy, no text has to be parsed.
        guard !forwardedFor.isEmpty else { return ClientNetwork(IPAddress(peer)) }
        return ClientNetwork(of(peer: peer, forwardedFor: forwardedFor))
    }
}
