import Chat
import Foundation
import GRDB
import GRDBSQLite

/// A connection of GRDB's, for the time of one transaction.
///
/// GRDB prepares and caches the statements. They are bound, stepped and read with SQLite's own functions, because a page
/// of history has some seven hundred columns, and GRDB's generic values take several times as long for each.
final class SQLiteConnection: EngineConnection {
    private let db: Database
    private let clock: StatementClock?

    /// - Parameter clock: Watches the statements; nil without a limit.
    init(_ db: Database, clock: StatementClock? = nil) {
        self.db = db
        self.clock = clock
    }

    func query(_ sql: String, _ values: [SQLValue]) throws -> any Chat.RowCursor {
        try SQLiteRows(translatingErrors { try db.cachedStatement(sql: sql) }, values, clock)
    }

    func execute(_ sql: String, _ values: [SQLValue]) throws -> Int {
        let rows = try SQLiteRows(translatingErrors { try db.cachedStatement(sql: sql) }, values, clock)
        while try rows.next() {}
        return db.changesCount
    }

    func append(_ events: [LoggedEvent]) throws -> [Int64] {
        try events.map { event in
            _ = try execute(
                "INSERT INTO events (room_id, seq, kind, payload, at) VALUES (?, ?, ?, ?, ?)",
                [
                    .uuid(event.roomID), .integer(event.seq), .text(event.kind), .text(event.reference),
                    event.at.sqlValue,
                ]
            )
            return db.lastInsertedRowID
        }
    }
}

/// The rows of a statement that is bound to values. Letting go of it resets the statement.
private final class SQLiteRows: Chat.RowCursor {
    /// Keeps the statement prepared.
    private let prepared: Statement
    private var statement: SQLiteStatement { prepared.sqliteStatement }
    private let clock: StatementClock?

    init(_ prepared: Statement, _ values: [SQLValue], _ clock: StatementClock?) throws {
        self.prepared = prepared
        self.clock = clock
        precondition(
            Int(sqlite3_bind_parameter_count(prepared.sqliteStatement)) == values.count,
            "a statement has as many parameters as values"
        )
        sqlite3_reset(statement)
        clock?.start()
        for (index, value) in values.enumerated() { try check(value.bind(to: statement, at: CInt(index + 1))) }
    }

    deinit {
        clock?.stop()
        sqlite3_reset(prepared.sqliteStatement)
    }

    /// Steps to the next row (https://www.sqlite.org/c3ref/step.html).
    func next() throws -> Bool {
        let result = sqlite3_step(statement)
        guard result != SQLITE_ROW else { return true }
        try check(result == SQLITE_DONE ? SQLITE_OK : result)
        return false
    }

    private func check(_ result: CInt) throws {
        guard result != SQLITE_OK else { return }
        if result == SQLITE_INTERRUPT, clock?.hasExpired == true { throw EngineError.tooSlow(prepared.sql) }
        throw EngineError(
            DatabaseError(
                resultCode: ResultCode(rawValue: result),
                message: String(cString: sqlite3_errmsg(sqlite3_db_handle(statement))),
                sql: prepared.sql
            )
        )
    }

    func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(statement, CInt(column)) == SQLITE_NULL
    }

    func integer(_ column: Int) -> Int64 {
        sqlite3_column_int64(statement, CInt(column))
    }

    func text(_ column: Int) -> String {
        guard let start = sqlite3_column_text(statement, CInt(column)) else { return "" }
        let count = Int(sqlite3_column_bytes(statement, CInt(column)))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func bytes(_ column: Int) -> Data {
        Data(blob(column))
    }

    func uuid(_ column: Int) -> UUID? {
        let blob = blob(column)
        guard blob.count == MemoryLayout<uuid_t>.size else { return nil }
        return UUID(uuid: blob.loadUnaligned(as: uuid_t.self))
    }

    /// Valid until the next row (https://www.sqlite.org/c3ref/column_blob.html).
    private func blob(_ column: Int) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(statement, CInt(column))
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, CInt(column))))
    }
}

extension SQLValue {
    /// SQLite copies what is bound (https://www.sqlite.org/c3ref/c_static.html).
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// - Returns: SQLite's result code.
    fileprivate func bind(to statement: SQLiteStatement, at index: CInt) -> CInt {
        switch self {
        case .null:
            return sqlite3_bind_null(statement, index)
        case .integer(let value):
            return sqlite3_bind_int64(statement, index, value)
        case .text(var value):
            return value.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { characters in
                    // Without an address it would be a null.
                    guard let start = characters.baseAddress else {
                        return sqlite3_bind_text(statement, index, "", 0, Self.copied)
                    }
                    return sqlite3_bind_text(statement, index, start, CInt(characters.count), Self.copied)
                }
            }
        case .bytes(let value):
            return value.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress, !bytes.isEmpty else {
                    return sqlite3_bind_zeroblob(statement, index, 0)
                }
                return sqlite3_bind_blob(statement, index, start, CInt(bytes.count), Self.copied)
            }
        case .uuid(let value):
            return withUnsafeBytes(of: value.uuid) { bytes in
                sqlite3_bind_blob(statement, index, bytes.baseAddress, CInt(bytes.count), Self.copied)
            }
        }
    }
}

extension EngineError {
    /// Maps SQLite's result code (https://www.sqlite.org/rescode.html).
    init(_ error: DatabaseError) {
        self =
            switch error.resultCode {
            case .SQLITE_FULL: .full
            // The disk has no room for the index of the log, which is extended like a file and then mapped.
            case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE: .full
            case .SQLITE_IOERR: .storage(error.description)
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
            case .SQLITE_CONSTRAINT: .constraint(error.description)
            default: .other(error.description)
            }
    }
}

extension Error {
    /// SQLite's error as the engine's; any other error unchanged.
    var translated: any Error {
        (self as? DatabaseError).map(EngineError.init) ?? self
    }
}

/// Rethrows SQLite's errors as `EngineError`.
func translatingErrors<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch { throw error.translated }
}
