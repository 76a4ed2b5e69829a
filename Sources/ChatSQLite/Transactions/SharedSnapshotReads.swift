import Chat
import DequeModule
import GRDB
import Synchronization

/// Lets reads that wait at the same time share one snapshot: on one core, switching to another thread and beginning a
/// transaction cost more than most reads.
///
/// A read sees at least what was committed when it was requested, because the snapshot of its group is taken
/// afterwards.
final class SharedSnapshotReads: Sendable {
    /// Maximum number of reads of one snapshot. More would make the first of them wait too long for its answer.
    static let maxGroup = 16
    /// Maximum number of reads that wait for their turn.
    static let maxWaiting = 4096

    private struct Job: Sendable {
        let run: @Sendable (SQLiteConnection) -> Void
        let fail: @Sendable (any Error) -> Void
    }

    private struct Queue {
        var jobs: Deque<Job> = []
        var groups = 0
        var isClosed = false
    }

    private let queue = Mutex(Queue())
    private let pool: DatabasePool
    /// Maximum number of concurrent groups; one per reading connection.
    private let width: Int
    private let statementLimit: Duration?

    /// - Parameter statementLimit: Time after which a statement is interrupted; nil without a limit.
    init(pool: DatabasePool, width: Int, statementLimit: Duration? = nil) {
        self.pool = pool
        self.width = width
        self.statementLimit = statementLimit
    }

    func perform<Value: Sendable>(_ body: @escaping @Sendable (Snapshot) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let job = Job(
                run: { connection in continuation.resume(with: Result { try body(Snapshot(connection)) }) },
                fail: { continuation.resume(throwing: $0.translated) }
            )
            enqueue(job)
        }
    }

    /// Accepts no more reads, and refuses those that wait.
    func close() {
        let waiting = queue.withLock { queue in
            queue.isClosed = true
            defer { queue.jobs = [] }
            return queue.jobs
        }
        for job in waiting { job.fail(Refusal.overloaded(retryAfterSeconds: 1)) }
    }

    private func enqueue(_ job: Job) {
        enum Next { case refuse, wait, begin }
        let next: Next = queue.withLock { queue in
            guard !queue.isClosed else { return .refuse }
            guard queue.groups == width else {
                queue.groups += 1
                return .begin
            }
            guard queue.jobs.count < Self.maxWaiting else { return .refuse }
            queue.jobs.append(job)
            return .wait
        }
        switch next {
        case .refuse: job.fail(Refusal.overloaded(retryAfterSeconds: 1))
        case .wait: break
        case .begin: run([job])
        }
    }

    /// Runs a group and then the next, until no reads wait.
    private func run(_ group: [Job]) {
        pool.asyncRead { [self] result in
            switch result {
            case .success(let db):
                StatementClock.limit(statementLimit, on: db) { connection in
                    for job in group {
                        if isClosed { job.fail(Refusal.overloaded(retryAfterSeconds: 1)) } else { job.run(connection) }
                    }
                }
            case .failure(let error): for job in group { job.fail(error) }
            }
            if let next = takeGroup() { run(next) }
        }
    }

    private var isClosed: Bool { queue.withLock { $0.isClosed } }

    private func takeGroup() -> [Job]? {
        queue.withLock { queue in
            guard !queue.jobs.isEmpty else {
                queue.groups -= 1
                return nil
            }
            let group = Array(queue.jobs.prefix(Self.maxGroup))
            queue.jobs.removeFirst(group.count)
            return group
        }
    }
}
