/// The database that stores Snug's state. It decides how transactions run and when they are durable; what they do is
/// written once, in `Store` and its nouns.
package protocol Engine: Sendable {
    /// Created with the database; part of every cursor.
    var epoch: String { get }

    /// Makes a change in one transaction, all of it or nothing. It is durable when the method returns.
    ///
    /// - Parameters:
    ///   - subjects: What the change depends on. Changes about the same subject run one after another.
    ///   - body: May run more than once, so it must not have effects outside the transaction.
    /// - Throws: What `body` throws; `EngineError`; `overloaded`.
    func change<Value: Sendable>(
        about subjects: [Subject],
        _ body: @escaping @Sendable (inout WriteTransaction) throws -> Value
    ) async throws -> Committed<Value>

    /// Reads one snapshot, which is never older than the call.
    ///
    /// - Throws: What `body` throws; `EngineError`; `overloaded`.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Snapshot) throws -> Value) async throws -> Value

    /// Position of the newest event ever written; 0 before the first.
    ///
    /// - Throws: `EngineError`.
    func logPosition() async throws -> Int64

    /// Runs a trivial query.
    ///
    /// - Throws: `EngineError` if the database does not answer.
    func ping() async throws

    /// Gives the database a new token, so that an older backup is recognised even if the log was left beside it.
    func renewToken() async throws

    /// Space that ``reclaimSpace(limit:)`` would return to the file system in all, in bytes.
    ///
    /// - Throws: `EngineError`.
    func reclaimableBytes() async throws -> Int

    /// Returns some of the unused space in the database to the file system. Delays changes for as long as it takes.
    ///
    /// - Parameter limit: Maximum number of bytes, roughly.
    /// - Returns: The number of bytes returned; 0 when there is nothing left to return.
    /// - Throws: `EngineError`.
    func reclaimSpace(limit: Int) async throws -> Int

    /// Updates what the query planner knows of the data, and shortens the write-ahead log if nobody is using it.
    ///
    /// - Throws: `EngineError`.
    func tidy() async throws

    /// Makes the waiting changes, refuses new ones, and closes the database. Closing it again has no effect.
    ///
    /// - Throws: `EngineError`. Acknowledged changes are durable even then.
    func close() async throws
}

/// The result and the consequences of a committed change.
package struct Committed<Value: Sendable>: Sendable {
    package let value: Value
    package let consequences: Consequences
}

/// State that the rules of a change depend on, such as who is in a room or how much a person stores. SQLite has one
/// writer, so it needs no subjects; an engine with several writers locks them.
package enum Subject: Sendable, Hashable {
    case person(User.ID)
    case room(Room.ID)
}
