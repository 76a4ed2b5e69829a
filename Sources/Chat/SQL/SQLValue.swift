import FoundationEssentials
import Vocabulary

/// A value as an engine binds it to a statement.
package enum SQLValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case text(String)
    case bytes(Data)
    /// Stored as 16 bytes.
    case uuid(UUID)
}

/// A type whose values can be stored in a column.
package protocol SQLConvertible {
    var sqlValue: SQLValue { get }

    /// Reads a column that is not null; nil if it holds no value of this type.
    static func read(_ column: Int, of row: ResultRow) -> Self?
}

extension Int64: SQLConvertible {
    package var sqlValue: SQLValue { .integer(self) }
    package static func read(_ column: Int, of row: ResultRow) -> Int64? { row.cursor.integer(column) }
}

extension Int: SQLConvertible {
    package var sqlValue: SQLValue { .integer(Int64(self)) }
    package static func read(_ column: Int, of row: ResultRow) -> Int? { Int(row.cursor.integer(column)) }
}

/// Stored as 0 or 1.
extension Bool: SQLConvertible {
    package var sqlValue: SQLValue { .integer(self ? 1 : 0) }
    package static func read(_ column: Int, of row: ResultRow) -> Bool? { row.cursor.integer(column) != 0 }
}

extension String: SQLConvertible {
    package var sqlValue: SQLValue { .text(self) }
    package static func read(_ column: Int, of row: ResultRow) -> String? { row.cursor.text(column) }
}

extension Data: SQLConvertible {
    package var sqlValue: SQLValue { .bytes(self) }
    package static func read(_ column: Int, of row: ResultRow) -> Data? { row.cursor.bytes(column) }
}

/// Ids are stored as 16 bytes.
extension Identifier: SQLConvertible {
    package var sqlValue: SQLValue { .uuid(uuid) }
    package static func read(_ column: Int, of row: ResultRow) -> Identifier? {
        row.cursor.uuid(column).map(Identifier.init)
    }
}

/// Times are stored as integer milliseconds.
extension Timestamp: SQLConvertible {
    package var sqlValue: SQLValue { .integer(milliseconds) }
    package static func read(_ column: Int, of row: ResultRow) -> Timestamp? {
        Timestamp(milliseconds: row.cursor.integer(column))
    }
}

extension SQLConvertible where Self: RawRepresentable, RawValue: SQLConvertible {
    package var sqlValue: SQLValue { rawValue.sqlValue }
    package static func read(_ column: Int, of row: ResultRow) -> Self? {
        RawValue.read(column, of: row).flatMap(Self.init(rawValue:))
    }
}

extension VariantSize: SQLConvertible {}
extension VariantFormat: SQLConvertible {}

/// The arguments of a statement, in order; written as an array literal.
package struct SQLValues: Sendable, ExpressibleByArrayLiteral {
    package private(set) var values: [SQLValue]

    package init(_ values: [SQLValue] = []) {
        self.values = values
    }

    package init(arrayLiteral elements: (any SQLConvertible)?...) {
        values = elements.map { $0?.sqlValue ?? .null }
    }

    package static func + (left: SQLValues, right: SQLValues) -> SQLValues {
        SQLValues(left.values + right.values)
    }

    package static func += (left: inout SQLValues, right: SQLValues) {
        left.values += right.values
    }
}

/// The parameters of `IN (…)` or of the rows after `VALUES`, for any number of values.
///
/// The number of placeholders is rounded up to a power of two, and the extra ones repeat the last value, so that a few
/// prepared statements serve all counts.
package struct SQLList: Sendable {
    /// Placeholders, such as `?, ?, ?, ?`, or `(?, ?), (?, ?)` for rows.
    package let places: String
    package let values: SQLValues

    /// - Parameter items: At least one.
    init(_ items: some Collection<some SQLConvertible>) {
        self.init(rows: items.map { SQLValues([$0.sqlValue]) }, place: "?")
    }

    /// - Parameter rows: At least one, all with the same number of values.
    init(rows: [SQLValues]) {
        let place = "(" + Array(repeating: "?", count: rows.first?.values.count ?? 0).joined(separator: ", ") + ")"
        self.init(rows: rows, place: place)
    }

    private init(rows: [SQLValues], place: String) {
        guard let last = rows.last else { preconditionFailure("a list of SQL has at least one value") }
        var count = 1
        while count < rows.count { count *= 2 }
        places = Array(repeating: place, count: count).joined(separator: ", ")
        let surplus = Array(repeating: last, count: count - rows.count)
        values = SQLValues((rows + surplus).flatMap(\.values))
    }
}
