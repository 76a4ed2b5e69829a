import FoundationEssentials
import Vocabulary

/// One connection of an engine, used by one thread at a time.
///
/// Parameters are written `?` or `?1`, not both in one statement. A statement is prepared once for each connection.
package protocol EngineConnection: AnyObject {
    func query(_ sql: String, _ values: [SQLValue]) throws -> any RowCursor

    /// - Returns: How many rows it changed.
    @discardableResult
    func execute(_ sql: String, _ values: [SQLValue]) throws -> Int

    /// Writes events into the log. Comes last in every change, so that positions are taken for as short as possible.
    ///
    /// - Returns: Their positions, in the same order.
    func append(_ events: [LoggedEvent]) throws -> [Int64]
}

/// The rows of a query, read one after the other. Letting go of it ends the query.
package protocol RowCursor: AnyObject {
    /// Goes to the next row.
    ///
    /// - Returns: False behind the last one.
    func next() throws -> Bool
    func isNull(_ column: Int) -> Bool
    func integer(_ column: Int) -> Int64
    func text(_ column: Int) -> String
    func bytes(_ column: Int) -> Data
    /// Nil where the column does not hold 16 bytes.
    func uuid(_ column: Int) -> UUID?
}

/// An event as the log keeps it.
package struct LoggedEvent: Sendable {
    package let roomID: UUID
    /// Its place among the events of its room.
    package let seq: Int64
    /// The name of its kind.
    package let kind: String
    /// The ids of what it is about, as JSON.
    package let reference: String
    package let at: Timestamp
}
