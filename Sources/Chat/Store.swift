import SnugMetrics
import Vocabulary

/// Everything that Snug stores, grouped by entity. All SQL of the project is in this module; an engine runs it.
package struct Store: Sendable {
    package let limits: ChatLimits
    let retries: RetrySchedule
    let now: @Sendable () -> Timestamp
    package let engine: any Engine
    let sessionCache = SessionCache()
    let memberships: MembershipCache
    let rates: PersonRates
    let follower: any ConsequenceFollower
    package let metrics: StoreMetrics
    let disk: any DiskGuard

    /// Created with the database; part of every cursor.
    package var epoch: String { engine.epoch }

    /// Creates a store.
    ///
    /// - Parameters:
    ///   - rates: How often each person may do things; no limits by default.
    ///   - follower: Acts on the consequences of every commit.
    ///   - disk: Decides which changes the free space of the disk allows; all of them by default.
    ///   - makeEngine: Creates the engine, which calls `publish` with the events of each commit, in the order of the
    ///     commits and before the writers are answered.
    package init(
        limits: ChatLimits = ChatLimits(),
        retries: RetrySchedule = RetrySchedule(),
        now: @escaping @Sendable () -> Timestamp = { .now },
        rates: PersonRates = PersonRates(),
        follower: some ConsequenceFollower,
        disk: any DiskGuard = UnguardedDisk(),
        makeEngine: (_ publish: @escaping @Sendable ([Event]) -> Void) -> any Engine
    ) {
        let memberships = MembershipCache()
        let metrics = StoreMetrics(sessions: sessionCache.counters, memberships: memberships.counters)
        self.limits = limits
        self.retries = retries
        self.now = now
        self.memberships = memberships
        self.rates = rates
        self.follower = follower
        self.metrics = metrics
        self.disk = disk
        engine = makeEngine { events in
            metrics.note(events)
            memberships.forget(endedBy: events)
            follower.publish(events)
        }
    }

    /// Reads a consistent snapshot.
    ///
    /// - Parameters:
    ///   - file: With `function`, the operation, for its time and for the log: that of the caller.
    func read<Value: Sendable>(
        file: StaticString = #fileID,
        function: StaticString = #function,
        _ body: @escaping @Sendable (Snapshot) throws -> Value
    ) async throws -> Value {
        let time = metrics.operations.time(of: file, function)
        do {
            return try await engine.read { db in try time.measure { try body(db) } }
        } catch let error as EngineError {
            throw Refusal(error, in: "\(file) \(function)") ?? (error as any Error)
        }
    }

    /// Makes a change in one transaction, all of it or nothing. When the method returns, it is on the disk and its
    /// consequences have been followed.
    ///
    /// - Parameters:
    ///   - subjects: What the change depends on.
    ///   - purpose: Decides whether a disk that is nearly full allows the change.
    ///   - file: With `function`, the operation, for its time and for the log: that of the caller.
    /// - Throws: `diskNearlyFull`; what `body` throws.
    @discardableResult
    func change<Value: Sendable>(
        about subjects: [Subject],
        for purpose: ChangePurpose = .storing,
        file: StaticString = #fileID,
        function: StaticString = #function,
        _ body: @escaping @Sendable (inout WriteTransaction) throws -> Value
    ) async throws -> Value {
        guard !purpose.isRefused(at: disk.level) else { throw Refusal.diskNearlyFull }
        let time = metrics.operations.time(of: file, function)
        let committed: Committed<Value>
        do {
            committed = try await commit(about: subjects, for: purpose) { transaction in
                try time.measure { try body(&transaction) }
            }
        } catch let error as EngineError {
            throw Refusal(error, in: "\(file) \(function)") ?? (error as any Error)
        }
        await follow(committed.consequences)
        return committed.value
    }

    /// Makes a change. If the disk is full, the reserve is released and the change tried once more, if it may use that.
    private func commit<Value: Sendable>(
        about subjects: [Subject],
        for purpose: ChangePurpose,
        _ body: @escaping @Sendable (inout WriteTransaction) throws -> Value
    ) async throws -> Committed<Value> {
        do {
            return try await engine.change(about: subjects, body)
        } catch EngineError.full where purpose.mayUseReserve {
            await disk.releaseReserve()
            return try await engine.change(about: subjects, body)
        }
    }

    func follow(_ consequences: Consequences) async {
        sessionCache.forget(consequences.endedSessions + consequences.renewedSessions)
        guard consequences.needFollowing else { return }
        // A task of its own, so that cancelling the caller does not cancel this: the change is committed, and nothing
        // would follow its consequences later.
        await Task { [follower] in await follower.follow(consequences) }.value
    }

    /// Whether the database itself has failed, for example with an I/O error, so that any other change would fail too.
    package static func isDatabaseFailure(_ error: any Error) -> Bool {
        switch error {
        case EngineError.constraint: false
        default: error is EngineError
        }
    }

    /// Position of the newest event ever written; 0 before the first.
    package func logPosition() async throws -> Int64 {
        try await engine.logPosition()
    }

    /// Runs a trivial query; throws if the database does not answer.
    package func ping() async throws {
        try await engine.ping()
    }

    /// Gives the database a new token, so that an older backup is recognised even if the log was left beside it.
    package func renewToken() async throws {
        try await engine.renewToken()
    }

    /// Unused space in the database that ``reclaimSpace(limit:)`` would return to the file system in all, in bytes.
    package func reclaimableBytes() async throws -> Int {
        try await engine.reclaimableBytes()
    }

    /// Returns some of the unused space in the database to the file system. Delays changes for as long as it takes.
    ///
    /// - Parameter limit: Maximum number of bytes, roughly.
    /// - Returns: The number of bytes returned; 0 when there is nothing left to return.
    package func reclaimSpace(limit: Int) async throws -> Int {
        try await engine.reclaimSpace(limit: limit)
    }

    /// Updates what the query planner knows of the data, and shortens the write-ahead log if nobody is using it.
    package func tidy() async throws {
        try await engine.tidy()
    }

    /// Closes the database. Waiting changes are made; new reads and changes are refused. Closing it again has no
    /// effect.
    ///
    /// - Throws: `EngineError`. Acknowledged changes are durable even then.
    package func close() async throws {
        try await engine.close()
    }

    /// Runs `body` and then closes the store, whether or not `body` throws.
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
    /// What the engine's error means to the caller; nil if only an operator can act on it.
    ///
    /// - Parameter operation: The operation that failed, for the log.
    fileprivate init?(_ error: EngineError, in operation: @autoclosure () -> String) {
        switch error {
        case .full: self = .storageFull
        case .storage(let reason): self = .storageTrouble(reason: reason)
        case .busy: self = .overloaded(retryAfterSeconds: 1)
        case .tooSlow(let statement): self = .tookTooLong(reason: "\(operation()): \(statement)")
        case .constraint, .other: return nil
        }
    }
}
