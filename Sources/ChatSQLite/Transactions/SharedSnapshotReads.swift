import Chat
import DequeModule
import GRDB
import Synchronization

/// Lets reads that wait at the same time share one snapshot: with one core, going to another thread and beginning a
/// transaction cost more than most reads.
///
/// A read never sees less than what was there when it was asked for: its group's snapshot is taken afterwards.
final class SharedSnapshotReads: Sendable {
    /// Reads of one snapshot. More would make the first of them wait too long for its answer.
    static let maxGroup = 16
    /// Reads that may wait for their turn.
    static let maxWaiting = 4096

    private struct Job: Sendable {
        let run: @Sendable (Database) -> Void
        let fail: @Sendable (any Error) -> Void
    }

    private struct Queue {
        var jobs: Deque<Job> = []
        var groups = 0
        var isClosed = false
    }

    private let queue = Mutex(Queue())
    private let pool: DatabasePool
    /// Groups at the same time; one for each connection that reads.
    private let width: Int

    init(pool: DatabasePool, width: Int) {
        self.pool = pool
        self.width = width
    }

    func perform<Value: Sendable>(_ body: @escaping @Sendable (Snapshot) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let job = Job(
                run: { db in continuation.resume(with: Result { try body(Snapshot(SQLiteConnection(db))) }) },
                fail: { continuation.resume(throwing: $0) }
            )
            enqueue(job)
        }
    }

    /// Takes no more reads, and refuses those that wait.
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

    /// Reads a group and then the next, until nobody waits any more.
    private func run(_ group: [Job]) {
        pool.asyncRead { [self] result in
            switch result {
            case .success(let db):
                for job in group {
                    if isClosed { job.fail(Refusal.overloaded(retryAfterSeconds: 1)) } else { job.run(db) }
                }
            case .failure(let error):
                let error = (error as? DatabaseError).map(EngineError.init) ?? error
                for job in group { job.fail(error) }
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
