import Dispatch
import Synchronization

/// Hashes and checks passwords with scrypt, one at a time and never on the cooperative pool.
///
/// One at a time, because each hash needs 16 MiB and tens of milliseconds of the only core. People and addresses take
/// turns, so that none of them can keep everybody else waiting.
package final class PasswordHasher: Sendable {
    package typealias Cost = PasswordHash.Cost

    /// The person and the network that a password is hashed for.
    package struct Claimant: Sendable {
        /// A user name, which need not exist.
        package let person: String?
        package let network: Network?

        package init(person: String?, network: Network?) {
            self.person = person
            self.network = network
        }

        fileprivate var keys: Set<Key> {
            Set([person.map(Key.person), network.map(Key.network)].compactMap(\.self))
        }
    }

    /// Whether a password is correct.
    package enum Verdict: Equatable, Sendable {
        case wrong
        /// `renewedHash` is a hash of the same password to replace the stored one, if that was made with another cost
        /// or before passwords were normalised.
        case right(renewedHash: String?)

        package var isRight: Bool { self != .wrong }
    }

    fileprivate enum Key: Hashable, Sendable {
        case person(String)
        case network(Network)
    }

    private struct State {
        var turns: TurnQueue<Key>
        var waiting: [Int: CheckedContinuation<Void, any Error>] = [:]
        var lastID = 0
    }

    private let cost: Cost
    private let queue = DispatchQueue(label: "snug.passwords", qos: .utility)
    private let state: Mutex<State>
    private let now: @Sendable () -> ContinuousClock.Instant
    /// Checked if there is no such person, so that both cases take the same time.
    private let decoy: PasswordHash

    /// - Parameter now: A monotonic clock.
    package init(
        cost: Cost = .standard,
        turns: TurnLimits = TurnLimits(),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.cost = cost
        self.now = now
        state = Mutex(State(turns: TurnQueue(turns)))
        decoy = .decoy(cost: cost)
    }

    /// The hash to store, in the PHC string format: `$scrypt$ln=14,r=8,p=5$<salt>$<key>`.
    ///
    /// - Throws: `overloaded` if too many hashes wait, or this one has waited too long.
    package func hash(_ password: String, for claimant: Claimant) async throws -> String {
        try await perform(for: claimant) { [cost] in
            try PasswordHash(Password.prepared(password), cost: cost).text
        }
    }

    /// Checks whether `hash` is a hash of `password`. Takes the same time for a person that does not exist (`nil`).
    ///
    /// - Throws: `overloaded` if too many hashes wait, or this one has waited too long.
    package func verify(
        _ password: String,
        against hash: String?,
        for claimant: Claimant
    ) async throws -> Verdict {
        guard password.utf8.count <= Password.typedBytes else { return .wrong }
        return try await perform(for: claimant) { [self] in
            let kept = hash.map { PasswordHash($0) } ?? decoy
            guard let kept else { return .wrong }
            let verdict = try verify(password, against: kept)
            return hash == nil ? .wrong : verdict
        }
    }

    /// Verifies a password against credentials; nil if the password is wrong or there are no credentials.
    package func verify(
        _ password: String,
        of credentials: Credentials?,
        for claimant: Claimant
    ) async throws -> VerifiedCredentials? {
        let verdict = try await verify(password, against: credentials?.passwordHash, for: claimant)
        guard let credentials, case .right(let renewed) = verdict else { return nil }
        return VerifiedCredentials(credentials, renewedHash: renewed)
    }

    /// Computes one hash, and a second one if the password has an earlier form or the cost has changed.
    private func verify(_ password: String, against kept: PasswordHash) throws -> Verdict {
        let prepared = Password.prepared(password)
        let own = try kept.withKey(of: prepared)
        if own.hasSameKey(as: kept) {
            guard kept.cost != cost else { return .right(renewedHash: nil) }
            return .right(renewedHash: try PasswordHash(prepared, cost: cost).text)
        }
        guard let earlier = Password.earlierForm(of: password, prepared: prepared),
            try kept.withKey(of: earlier).hasSameKey(as: kept)
        else { return .wrong }
        // The first result is the hash of the prepared form, so it can be stored with the same salt.
        return .right(renewedHash: own.text)
    }

    // MARK: - Turns

    private func perform<Result: Sendable>(
        for claimant: Claimant,
        _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await waitForTurn(claimant.keys)
        defer { finishTurn() }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try work() }) }
        }
    }

    private func waitForTurn(_ keys: Set<Key>) async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            try await withCheckedThrowingContinuation { enter(id, keys, $0) }
        } onCancel: {
            let continuation = state.withLock { state in
                state.turns.leave(id) ? state.waiting.removeValue(forKey: id) : nil
            }
            continuation?.resume(throwing: CancellationError())
        }
    }

    private func enter(_ id: Int, _ keys: Set<Key>, _ continuation: CheckedContinuation<Void, any Error>) {
        let now = now()
        let entrance = state.withLock { state in
            let entrance = state.turns.enter(id, keys: keys, at: now)
            if entrance == .waits { state.waiting[id] = continuation }
            return entrance
        }
        switch entrance {
        case .begins: continuation.resume()
        case .waits: break
        case .refused: continuation.resume(throwing: Self.overloaded)
        }
    }

    private func finishTurn() {
        let now = now()
        let (next, expired) = state.withLock { state in
            let step = state.turns.finish(at: now)
            return (
                step.next.flatMap { state.waiting.removeValue(forKey: $0) },
                step.expired.compactMap { state.waiting.removeValue(forKey: $0) }
            )
        }
        next?.resume()
        for continuation in expired { continuation.resume(throwing: Self.overloaded) }
    }

    private static let overloaded = Refusal.overloaded(retryAfterSeconds: 5)
}

extension PasswordHasher {
    /// Allowed length of a prepared password, in bytes of UTF-8.
    package static let passwordBytes = Password.allowedBytes

    /// - Throws: `invalid` unless a new password has 8–256 bytes and no control characters.
    package static func check(password: String, field: String = "password") throws(Refusal) {
        // A text that is far too long is not normalised first.
        let isFarTooLong = password.utf8.count > Password.typedBytes
        guard !isFarTooLong, passwordBytes.contains(Password.prepared(password).utf8.count) else {
            throw .invalid(
                field: field,
                "It must have \(passwordBytes.lowerBound) to \(passwordBytes.upperBound) bytes.",
                limit: passwordBytes.upperBound
            )
        }
        guard !password.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw .invalid(field: field, "It must not contain control characters.")
        }
    }
}
