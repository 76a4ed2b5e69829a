import Chat
import HTTPTypes
import Hummingbird
import NIOCore

/// Checks passwords, and limits how often somebody may try.
struct PasswordChecks: Sendable {
    /// The user name and the network of somebody who gives a password.
    struct Attempt: Sendable {
        let username: String
        let network: ClientNetwork

        var claimant: PasswordHasher.Claimant {
            PasswordHasher.Claimant(person: username, network: network.known)
        }
    }

    let store: Store
    let hasher: PasswordHasher
    let limits: RateLimits

    /// How often a password is checked when its hash is replaced meanwhile.
    private static let maxChecks = 3

    /// Counts an attempt. The network is looked up for every name, so that an unknown name takes as much time as any
    /// other.
    ///
    /// - Throws: `rate_limited`.
    func count(_ attempt: Attempt) async throws {
        var isKnown = false
        if let network = attempt.network.known {
            isKnown = try await store.people.knows(network, ofNamed: attempt.username)
        }
        try limits.spendSignIn(as: attempt.username, from: attempt.network, isKnown: isKnown)
    }

    /// Calls `work` if the password is right. When `work` finds that the hash was replaced since the check, the
    /// password is checked again.
    ///
    /// - Parameter read: Reads the credentials.
    /// - Returns: The result of `work`; nil if the password is wrong or there are no credentials.
    /// - Throws: `overloaded` when too many passwords are waiting to be hashed, and what `read` and `work` throw.
    func verified<Result>(
        _ password: String,
        _ attempt: Attempt,
        against read: () async throws -> Credentials?,
        then work: (VerifiedCredentials) async throws -> Result
    ) async throws -> Result? {
        for _ in 0..<Self.maxChecks {
            let credentials = try await read()
            let verified = try await hasher.verify(password, of: credentials, for: attempt.claimant)
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
    /// The network of the client.
    func network(of request: Request, peer: SocketAddress?) -> ClientNetwork {
        address.network(of: peer, forwardedFor: request.headers[values: .xForwardedFor])
    }
}
