import Chat
import GRDB

extension EngineError {
    /// Maps SQLite's result code (https://www.sqlite.org/rescode.html).
    init(_ error: DatabaseError) {
        self =
            switch error.resultCode {
            case .SQLITE_FULL: .full
            case .SQLITE_IOERR: .storage(error.description)
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
            case .SQLITE_CONSTRAINT: .constraint(error.description)
            default: .other(error.description)
            }
    }
}

/// Rethrows SQLite's errors as `EngineError`.
func translatingErrors<Value>(_ body: () throws -> Value) throws -> Value {
    do {
        return try body()
    } catch let error as DatabaseError {
        throw EngineError(error)
    }
}
