import Chat
import GRDB
import Vocabulary

/// SQLite, through GRDB: one writer, whose waiting changes share a transaction, and readers that share snapshots.
///
/// The subjects of changes are not needed: changes run one after another anyway.
struct SQLiteEngine: Engine {
    let database: OpenDatabase
    let commits: GroupCommit
    let reads: SharedSnapshotReads

    var pool: DatabasePool { database.pool }
    var epoch: String { database.epoch }

    /// - Parameter publish: Receives the events of each commit, on the writer's thread and before the writers are
    ///   answered.
    init(
        _ database: OpenDatabase,
        commitGroup: Int,
        now: @escaping @Sendable () -> Timestamp,
        publish: @escaping @Sendable ([Event]) -> Void
    ) {
        self.database = database
        let limit = database.statementLimit
        commits = GroupCommit(
            pool: database.pool,
            groupSize: commitGroup,
            statementLimit: limit,
            now: now,
            metrics: database.metrics
        ) { events in
            database.note(events)
            publish(events)
        }
        reads = SharedSnapshotReads(pool: database.pool, width: OpenDatabase.readers, statementLimit: limit)
    }

    func change<Value: Sendable>(
        about subjects: [Subject],
        _ body: @escaping @Sendable (inout WriteTransaction) throws -> Value
    ) async throws -> Committed<Value> {
        try await commits.perform(body)
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Snapshot) throws -> Value) async throws -> Value {
        try await reads.perform(body)
    }

    func logPosition() async throws -> Int64 {
        do {
            return try await pool.read { try $0.logPosition() }
        } catch {
            throw error.translated
        }
    }

    func ping() async throws {
        do {
            _ = try await pool.read { try Int.fetchOne($0, sql: "SELECT 1") }
        } catch {
            throw error.translated
        }
    }

    func renewToken() async throws {
        guard let epochKeeper = database.epochKeeper else { return }
        do {
            try await pool.writeWithoutTransaction { try epochKeeper.renew($0) }
        } catch {
            throw error.translated
        }
    }
}
