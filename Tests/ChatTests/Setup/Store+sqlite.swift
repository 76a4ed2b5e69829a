import Foundation
import GRDB
import Vocabulary

@testable import Chat
@testable import ChatSQLite

extension Store {
    /// The database itself, for what a test looks up or breaks behind the store's back.
    var pool: DatabasePool {
        guard let engine = engine as? SQLiteEngine else { preconditionFailure("the store is not on SQLite") }
        return engine.pool
    }

    /// Position of the newest event.
    func positionOfLog() throws -> Int64 {
        try pool.read { try $0.logPosition() }
    }
}

extension Identifier: SQLExpressible, StatementBinding, DatabaseValueConvertible {
    package var databaseValue: DatabaseValue {
        withUnsafeBytes(of: uuid.uuid) { Data($0) }.databaseValue
    }

    package static func fromDatabaseValue(_ value: DatabaseValue) -> Identifier? {
        UUID.fromDatabaseValue(value).map(Identifier.init)
    }
}

extension Timestamp: SQLExpressible, StatementBinding, DatabaseValueConvertible {
    package var databaseValue: DatabaseValue {
        milliseconds.databaseValue
    }

    package static func fromDatabaseValue(_ value: DatabaseValue) -> Timestamp? {
        Int64.fromDatabaseValue(value).map(Timestamp.init(milliseconds:))
    }
}
