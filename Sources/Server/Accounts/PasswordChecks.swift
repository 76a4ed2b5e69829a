import Chat
import HTTPTypes
import Hummingbird
import NIOCore

/// Checks passwords, within the limits on guessing them.
struct PasswordChecks: Sendable {
    /// Who is said to ask, and from where.
    struct Guess: Sendable {
        let username: String
        let network: ClientNetwork

        var claimant: PasswordHasher.Claimant {
            PasswordHasher.Claimant(person: username, network: network.known)
        }
    }

    let store: Store
    let hasher: PasswordHasher
    let limits: RateLimits

    /// Times that a password is checked again because its hash was replaced meanwhile.
    private static let attempts = 3

    /// Counts a guess at a password. It looks the network up for every name, so that a name that nobody has costs as
    /// much as any other.
    ///
    /// - Throws: `rate_limited`.
    func count(_ guess: Guess) async throws {
        var isKnown = false
        if let network = guess.network.known {
            isKnown = try await store.people.knows(network, ofNamed: guess.username)
        }
        try limits.spendSignIn(as: guess.username, from: guess.network, isKnown: isKnown)
    }

    /// Does `work` for somebody who gave the right password. Where it finds that the hash has been replaced since, the
    /// password is checked against the new one.
    ///
    /// - Parameter read: Reads what the password is checked against.
    /// - Returns: Nil where the password is wrong, or there are no credentials.
    func verified<Result>(
        _ password: String,
        _ guess: Guess,
        against read: () async throws -> Credentials?,
        then work: (VerifiedCredentials) async throws -> Result
    ) async throws -> Result? {
        for _ in 0..<Self.attempts {
            let credentials = try await read()
            let verified = try await hasher.verify(password, of: credentials, for: guess.claimant)
            guard let verified else { return nil }
            do {
                return try await work(verified)
            } catch is StaleCredentials {
                continue
            }
        }
        throw Refusal.overloaded(retryAfterSeconds: 1)
    }
}

extension RateLimits {
    /// The network that a request comes from.
    func network(of request: Request, peer: SocketAddress?) -> ClientNetwork {
        address.network(of: peer, forwardedFor: request.headers[values: .xForwardedFor])
    }
}
