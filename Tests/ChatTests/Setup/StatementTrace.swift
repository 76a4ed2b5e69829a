import Dispatch
import GRDB
import Synchronization

@testable import Chat
@testable import ChatSQLite

/// The statements that a store runs, as SQLite sees them.
final class StatementTrace: Sendable {
    private let seen = Mutex<[String]>([])

    /// Takes the place of an earlier trace of the same store.
    init(of store: Store) async throws {
        try await store.pool.writeWithoutTransaction { listen(to: $0) }
        // Both readers at the same time, or one would be asked twice.
        let (first, second) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        async let one: Void = store.pool.read { db in
            listen(to: db)
            first.signal()
            second.wait()
        }
        async let other: Void = store.pool.read { db in
            listen(to: db)
            second.signal()
            first.wait()
        }
        _ = try await (one, other)
        seen.withLock { $0 = [] }
    }

    private func listen(to db: Database) {
        db.trace { [self] event in
            guard case .statement(let statement) = event else { return }
            let sql = statement.sql
            let isQuery = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains { sql.hasPrefix($0) }
            if isQuery { seen.withLock { $0.append(sql) } }
        }
    }

    /// In the order in which they ran; without those that begin and end transactions.
    var statements: [String] { seen.withLock { $0 } }
}

extension TestChat {
    /// The statements that run during `body`.
    func statements(_ body: () async throws -> Void) async throws -> [String] {
        let trace = try await StatementTrace(of: store)
        try await body()
        return trace.statements
    }
}
