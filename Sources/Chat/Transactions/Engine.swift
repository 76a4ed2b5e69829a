/// A database that keeps what Snug remembers. It decides how transactions run and when they are durable; what they do is
/// written once, in `Store` and its nouns.
package protocol Engine: Sendable {
    /// Made with the database; part of every cursor.
    var epoch: String { get }

    /// Makes a change in one transaction: all of it is durable when the method returns, or nothing of it has happened.
    ///
    /// - Parameters:
    ///   - subjects: What the change relies on. Changes about the same subject happen one after the other.
    ///   - body: May run more than once, so it touches nothing but the transaction.
    /// - Throws: What `body` throws; `EngineError`; `overloaded`.
    func change<Value: Sendable>(
        about subjects: [Subject],
        _ body: @escaping @Sendable (inout WriteTransaction) throws -> Value
    ) async throws -> Committed<Value>

    /// Reads one snapshot, which is never older than the call.
    ///
    /// - Throws: What `body` throws; `EngineError`; `overloaded`.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Snapshot) throws -> Value) async throws -> Value

    /// Answers from a trivial query.
    ///
    /// - Throws: `EngineError` when the database does not answer.
    func ping() async throws

    /// Marks the database, so that a backup from before is recognised also where its log was left beside it.
    func renewToken() async throws

    /// Makes the changes that wait, refuses those that come, and lets go of the database. Without effect on one that is
    /// closed.
    ///
    /// - Throws: `EngineError`. What was acknowledged is durable then too.
    func close() async throws
}

/// What a change has led to, once it is committed.
package struct Committed<Value: Sendable>: Sendable {
    package let value: Value
    package let consequences: Consequences
}

/// Something that the rules of a change rely on: who is in a room, how much a person stores. SQLite has one writer and so
/// needs no subjects; an engine with several writers locks them.
package enum Subject: Sendable, Hashable {
    case person(User.ID)
    case room(Room.ID)
}
