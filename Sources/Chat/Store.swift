import Vocabulary

/// Everything that Snug remembers, as nouns with operations. All SQL of the project is in this module; an engine runs it.
package struct Store: Sendable {
    package let limits: ChatLimits
    let retries: RetrySchedule
    let now: @Sendable () -> Timestamp
    package let engine: any Engine
    let sessionCache = SessionCache()
    let memberships: MembershipCache
    let rates: PersonRates
    let follower: any ConsequenceFollower

    /// Made with the database; part of every cursor.
    package var epoch: String { engine.epoch }

    /// Makes a store.
    ///
    /// - Parameters:
    ///   - rates: How often each person may do things; no limits by default.
    ///   - follower: Acts on the consequences of every commit.
    ///   - makeEngine: Makes the engine, which calls `publish` with the events of each commit, in the order of the commits
    ///     and before the writers are answered.
    package init(
        limits: ChatLimits = ChatLimits(),
        retries: RetrySchedule = RetrySchedule(),
        now: @escaping @Sendable () -> Timestamp = { .now },
        rates: PersonRates = PersonRates(),
        follower: some ConsequenceFollower,
        makeEngine: (_ publish: @escaping @Sendable ([Event]) -> Void) -> any Engine
    ) {
        let memberships = MembershipCache()
        self.limits = limits
        self.retries = retries
        self.now = now
        self.memberships = memberships
        self.rates = rates
        self.follower = follower
        engine = makeEngine { events in
            memberships.forget(endedBy: events)
            follower.publish(events)
        }
    }

    /// Reads a consistent snapshot.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Snapshot) throws -> Value) async throws -> Value {
        do {
            return try await engine.read(body)
        } catch let error as EngineError {
            throw Refusal(error) ?? (error as any Error)
        }
    }

    /// Makes one change in one transaction: all of it is on the disk when the method returns, and its consequences have
    /// been followed, or nothing of it.
    ///
    /// - Parameter subjects: What the change relies on.
    @discardableResult
    func change<Value: Sendable>(
        about subjects: [Subject],
        _ body: @escaping @Sendable (inout WriteTransaction) throws -> Value
    ) async throws -> Value {
        let committed: Committed<Value>
        do {
            committed = try await engine.change(about: subjects, body)
        } catch let error as EngineError {
            throw Refusal(error) ?? (error as any Error)
        }
        await follow(committed.consequences)
        return committed.value
    }

    func follow(_ consequences: Consequences) async {
        sessionCache.forget(consequences.endedSessions + consequences.renewedSessions)
        guard consequences.needFollowing else { return }
        // A task of its own, because a caller that is cancelled must not take this with it: the change is committed, and
        // nobody would follow it later.
        await Task { [follower] in await follower.follow(consequences) }.value
    }

    /// Whether the database itself has failed, as by an I/O error, so that no other change would fare better.
    package static func isDatabaseFailure(_ error: any Error) -> Bool {
        switch error {
        case EngineError.constraint: false
        default: error is EngineError
        }
    }

    /// Answers from a trivial query; throws when the database does not.
    package func ping() async throws {
        try await engine.ping()
    }

    /// Marks the database, so that a backup from before is recognised also where its log was left beside it.
    package func renewToken() async throws {
        try await engine.renewToken()
    }

    /// Closes the database. Changes that wait are made; reads and changes that come are refused. Without effect on one
    /// that is closed.
    ///
    /// - Throws: `EngineError`. What was acknowledged is durable then too.
    package func close() async throws {
        try await engine.close()
    }

    /// Runs `body`, and closes the store behind it, whether or not it throws.
    package func closing<Value>(
        isolation: isolated (any Actor)? = #isolation,
        after body: () async throws -> Value
    ) async throws -> Value {
        let value: Value
        do {
            value = try await body()
        } catch {
            try? await close()
            throw error
        }
        try await close()
        return value
    }
}

extension Refusal {
    /// What the engine's error means to whoever asked; nil where only an operator can act on it.
    fileprivate init?(_ error: EngineError) {
        switch error {
        case .full: self = .storageFull
        case .storage(let reason): self = .storageTrouble(reason: reason)
        case .busy: self = .overloaded(retryAfterSeconds: 1)
        case .constraint, .other: return nil
        }
    }
}
