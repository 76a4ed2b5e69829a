import Chat
import Foundation
import GRDB
import GRDBSQLite

/// A GRDB connection for the duration of one transaction.
final class SQLiteConnection: EngineConnection {
    private let db: Database

    init(_ db: Database) {
        self.db = db
    }

    func query(_ sql: String, _ values: [SQLValue]) throws -> any Chat.RowCursor {
        try translatingErrors {
            try SQLiteRows(db.cachedStatement(sql: sql), values)
        }
    }

    func execute(_ sql: String, _ values: [SQLValue]) throws -> Int {
        try translatingErrors {
            try db.cachedStatement(sql: sql).execute(arguments: StatementArguments(values))
            return db.changesCount
        }
    }

    func append(_ events: [LoggedEvent]) throws -> [Int64] {
        try translatingErrors {
            let statement = try db.cachedStatement(
                sql: "INSERT INTO events (room_id, seq, kind, payload, at) VALUES (?, ?, ?, ?, ?)"
            )
            return try events.map { event in
                try statement.execute(
                    arguments: StatementArguments([
                        .uuid(event.roomID), .integer(event.seq), .text(event.kind), .text(event.reference),
                        event.at.sqlValue,
                    ])
                )
                return db.lastInsertedRowID
            }
        }
    }
}

/// The rows of a query. GRDB steps through them, but columns are read directly from SQLite, because a page of history
/// has about seven hundred, and GRDB's generic access takes several times as long for each
/// (https://www.sqlite.org/c3ref/column_blob.html).
private final class SQLiteRows: Chat.RowCursor {
    private let cursor: GRDB.RowCursor
    private let statement: SQLiteStatement

    init(_ statement: Statement, _ values: [SQLValue]) throws {
        self.statement = statement.sqliteStatement
        cursor = try Row.fetchCursor(statement, arguments: StatementArguments(values))
    }

    func next() throws -> Bool {
        try translatingErrors { try cursor.next() != nil }
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

    /// Valid until the next row.
    private func blob(_ column: Int) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(statement, CInt(column))
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, CInt(column))))
    }
}

extension StatementArguments {
    fileprivate init(_ values: [SQLValue]) {
        self.init(values.map(\.databaseValue))
    }
}

extension SQLValue {
    fileprivate var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let value): value.databaseValue
        case .text(let value): value.databaseValue
        case .bytes(let value): value.databaseValue
        case .uuid(let value): withUnsafeBytes(of: value.uuid) { Data($0) }.databaseValue
        }
    }
}
