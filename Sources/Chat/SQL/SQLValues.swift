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
