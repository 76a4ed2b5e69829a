import FoundationEssentials
import Vocabulary

/// One connection of an engine, used by one thread at a time.
///
/// Parameters are written `?` or `?1`, but not both in one statement. A statement is prepared once per connection.
package protocol EngineConnection: AnyObject {
    func query(_ sql: String, _ values: [SQLValue]) throws -> any RowCursor

    /// - Returns: The number of changed rows.
    @discardableResult
    func execute(_ sql: String, _ values: [SQLValue]) throws -> Int

    /// Writes events to the log. Called last in every change, so that positions are held for as short a time as
    /// possible.
    ///
    /// - Returns: Their positions, in the same order.
    func append(_ events: [LoggedEvent]) throws -> [Int64]
}

/// The rows of a query, read one after another. Releasing the cursor ends the query.
package protocol RowCursor: AnyObject {
    /// Advances to the next row.
    ///
    /// - Returns: False after the last row.
    func next() throws -> Bool
    func isNull(_ column: Int) -> Bool
    func integer(_ column: Int) -> Int64
    func text(_ column: Int) -> String
    func bytes(_ column: Int) -> Data
    /// Nil if the column does not hold 16 bytes.
    func uuid(_ column: Int) -> UUID?
}

/// An event as it is stored in the log.
package struct LoggedEvent: Sendable {
    package let roomID: UUID
    /// Number among the events of its room.
    package let seq: Int64
    /// The name of its kind.
    package let kind: String
    /// The ids of what it is about, as JSON.
    package let reference: String
    package let at: Timestamp
}
