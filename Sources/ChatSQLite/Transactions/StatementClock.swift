import Chat
import GRDB
import GRDBSQLite

/// Interrupts statements that run for too long, so that one of them cannot hold up a connection for everybody.
///
/// SQLite calls it once in some thousand instructions (https://www.sqlite.org/c3ref/progress_handler.html); shorter
/// statements cost nothing but two assignments. Used by the thread of its connection only.
final class StatementClock {
    /// Time after which a statement is interrupted. The slowest operation that is meant to finish takes less than one.
    package static let standardLimit = Duration.seconds(5)
    /// Instructions of SQLite's virtual machine between two looks at the clock; a tenth of a millisecond or so.
    private static let instructions: CInt = 4000

    private enum State {
        /// No statement is running. Commits are never interrupted.
        case stopped
        /// A statement is running and has been too short so far to be looked at.
        case started
        case running(since: ContinuousClock.Instant)
        case expired
    }

    private let limit: Duration
    private var state = State.stopped

    private init(_ limit: Duration) {
        self.limit = limit
    }

    /// Whether the current statement was interrupted by this clock.
    var hasExpired: Bool {
        if case .expired = state { true } else { false }
    }

    /// A statement begins.
    func start() {
        state = .started
    }

    /// The statement has ended.
    func stop() {
        state = .stopped
    }

    /// Whether the current statement has run for too long.
    private func isOver() -> Bool {
        switch state {
        case .stopped:
            return false
        case .started:
            state = .running(since: .now)
            return false
        case .running(let start):
            guard ContinuousClock.now - start >= limit else { return false }
            state = .expired
            return true
        case .expired:
            return true
        }
    }

    /// Runs `body` with a connection whose statements are interrupted after `limit`; nil without a limit.
    static func limit<Value>(
        _ limit: Duration?,
        on db: Database,
        _ body: (SQLiteConnection) throws -> Value
    ) rethrows -> Value {
        guard let limit, let handle = db.sqliteConnection else { return try body(SQLiteConnection(db)) }
        let clock = StatementClock(limit)
        return try withExtendedLifetime(clock) {
            let isOver: @convention(c) (UnsafeMutableRawPointer?) -> CInt = { clock in
                guard let clock else { return 0 }
                return Unmanaged<StatementClock>.fromOpaque(clock).takeUnretainedValue().isOver() ? 1 : 0
            }
            sqlite3_progress_handler(handle, instructions, isOver, Unmanaged.passUnretained(clock).toOpaque())
            defer { sqlite3_progress_handler(handle, 0, nil, nil) }
            return try body(SQLiteConnection(db, clock: clock))
        }
    }
}
