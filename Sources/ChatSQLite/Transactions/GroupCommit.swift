import Chat
import GRDB
import SnugMetrics
import Synchronization
import Vocabulary

/// Lets writes that wait at the same time share one transaction, so that one sync makes many of them durable.
///
/// Each write has a savepoint of its own, so a write that is refused does not affect the others.
package final class GroupCommit: Sendable {
    /// Maximum number of writes in one transaction. More would make the first of them wait too long for its answer.
    package static let maxGroup = 64
    /// Maximum number of writes that wait for their turn.
    static let maxWaiting = 4096

    private struct Job: Sendable {
        /// Makes the change.
        let run: @Sendable (SQLiteConnection, Timestamp) throws -> Done
        let fail: @Sendable (any Error) -> Void
    }

    private struct Done {
        let events: [Event]
        /// Answers the writer.
        let answer: @Sendable () -> Void
    }

    /// A job whose statement was interrupted, so that SQLite has rolled the whole transaction back.
    private struct Interrupted: Error {
        /// Its place in the group.
        let index: Int
        let cause: any Error
    }

    private struct Queue {
        var jobs: [Job] = []
        var isDraining = false
        var isClosed = false
    }

    private let queue = Mutex(Queue())
    private let pool: DatabasePool
    private let groupSize: Int
    private let statementLimit: Duration?
    private let now: @Sendable () -> Timestamp
    private let metrics: CommitMetrics
    private let publish: @Sendable ([Event]) -> Void

    /// - Parameter statementLimit: Time after which a statement is interrupted; nil without a limit.
    init(
        pool: DatabasePool,
        groupSize: Int = maxGroup,
        statementLimit: Duration? = nil,
        now: @escaping @Sendable () -> Timestamp,
        metrics: CommitMetrics = CommitMetrics(),
        publish: @escaping @Sendable ([Event]) -> Void
    ) {
        precondition((1...Self.maxGroup).contains(groupSize), "a group has 1 to \(Self.maxGroup) writes")
        self.pool = pool
        self.groupSize = groupSize
        self.statementLimit = statementLimit
        self.now = now
        self.metrics = metrics
        self.publish = publish
    }

    /// Makes a change. A caller that is cancelled in the meantime still gets its result.
    func perform<Value: Sendable>(
        _ body: @escaping @Sendable (inout WriteTransaction) throws -> Value
    ) async throws -> Committed<Value> {
        try await withCheckedThrowingContinuation { continuation in
            let job = Job(
                run: { connection, now in
                    let committed = try WriteTransaction.run(body, on: connection, at: now)
                    return Done(
                        events: committed.consequences.events,
                        answer: { continuation.resume(returning: committed) }
                    )
                },
                fail: { continuation.resume(throwing: $0.translated) }
            )
            enqueue(job)
        }
    }

    /// Accepts no more writes; those that wait are still made.
    ///
    /// - Returns: False if it was closed already.
    func close() -> Bool {
        queue.withLock { queue in
            defer { queue.isClosed = true }
            return !queue.isClosed
        }
    }

    private func enqueue(_ job: Job) {
        enum Next { case refuse, wait, drain }
        let next: Next = queue.withLock { queue in
            guard !queue.isClosed, queue.jobs.count < Self.maxWaiting else { return .refuse }
            queue.jobs.append(job)
            guard !queue.isDraining else { return .wait }
            queue.isDraining = true
            return .drain
        }
        switch next {
        case .refuse: job.fail(Refusal.overloaded(retryAfterSeconds: 1))
        case .wait: break
        case .drain: pool.asyncWriteWithoutTransaction { self.drain($0) }
        }
    }

    private func drain(_ db: Database) {
        StatementClock.limit(statementLimit, on: db) { connection in
            while let group = takeGroup() {
                commit(group, db, connection)
            }
        }
    }

    private func takeGroup() -> [Job]? {
        queue.withLock { queue in
            guard !queue.jobs.isEmpty else {
                queue.isDraining = false
                return nil
            }
            let group = Array(queue.jobs.prefix(groupSize))
            queue.jobs.removeFirst(group.count)
            return group
        }
    }

    private func commit(_ group: [Job], _ db: Database, _ connection: SQLiteConnection) {
        let start = ContinuousClock.now
        metrics.groupSize.observe(group.count)
        var done: [Done] = []
        var refused: [(job: Job, error: any Error)] = []
        do {
            try db.inTransaction(.immediate) {
                for (index, job) in group.enumerated() {
                    do {
                        done.append(try run(job, db, connection))
                    } catch EngineError.tooSlow(let statement) where !db.isInsideTransaction {
                        throw Interrupted(index: index, cause: EngineError.tooSlow(statement))
                    } catch {
                        // A full disk or an I/O error makes SQLite roll back the whole transaction, not just this job.
                        guard db.isInsideTransaction else { throw error }
                        refused.append((job, error))
                    }
                }
                return .commit
            }
        } catch let interrupted as Interrupted {
            group[interrupted.index].fail(interrupted.cause)
            // The other jobs of the group are not at fault; each of them may run again.
            var rest = group
            rest.remove(at: interrupted.index)
            if !rest.isEmpty { commit(rest, db, connection) }
            return
        } catch {
            for job in group { job.fail(error) }
            return
        }
        metrics.time.observe(ContinuousClock.now - start)
        let events = done.flatMap(\.events)
        if !events.isEmpty { publish(events) }
        for done in done { done.answer() }
        for refused in refused { refused.job.fail(refused.error) }
    }

    private func run(_ job: Job, _ db: Database, _ connection: SQLiteConnection) throws -> Done {
        // GRDB's own savepoints are parsed again each time.
        try db.cachedStatement(sql: "SAVEPOINT job").execute()
        do {
            let done = try job.run(connection, now())
            try db.cachedStatement(sql: "RELEASE job").execute()
            return done
        } catch {
            if db.isInsideTransaction {
                try db.cachedStatement(sql: "ROLLBACK TO job").execute()
                try db.cachedStatement(sql: "RELEASE job").execute()
            }
            throw error
        }
    }
}
