/// The database as one transaction sees it. All SQL of the project runs through this type, in a dialect that every
/// engine accepts.
package struct Snapshot {
    package let connection: any EngineConnection

    package init(_ connection: any EngineConnection) {
        self.connection = connection
    }

    /// Reads the rows of a query, one after another.
    ///
    /// - Parameter body: Reads the row. It must not run statements, because that of the query is still in use.
    func forEach(_ sql: String, _ values: SQLValues = [], _ body: (ResultRow) throws -> Void) throws {
        let cursor = try connection.query(sql, values.values)
        while try cursor.next() { try body(ResultRow(cursor)) }
    }

    /// The results of `read` for all rows. It must not run statements.
    func all<Value>(
        _ sql: String,
        _ values: SQLValues = [],
        _ read: (ResultRow) throws -> Value
    ) throws -> [Value] {
        var found: [Value] = []
        try forEach(sql, values) { found.append(try read($0)) }
        return found
    }

    /// The result of `read` for the first row; nil without one. It must not run statements.
    func first<Value>(
        _ sql: String,
        _ values: SQLValues = [],
        _ read: (ResultRow) throws -> Value
    ) throws -> Value? {
        let cursor = try connection.query(sql, values.values)
        return try cursor.next() ? read(ResultRow(cursor)) : nil
    }

    /// The first column of the first row; nil without a row, and for null.
    func value<Value: SQLConvertible>(
        _ type: Value.Type = Value.self,
        _ sql: String,
        _ values: SQLValues = []
    ) throws -> Value? {
        try first(sql, values) { $0[0] as Value? } ?? nil
    }

    /// The first column of all rows.
    func values<Value: SQLConvertible>(
        _ type: Value.Type = Value.self,
        _ sql: String,
        _ values: SQLValues = []
    ) throws -> [Value] {
        try all(sql, values) { $0[0] }
    }

    /// Whether a query has any rows.
    func exists(_ sql: String, _ values: SQLValues) throws -> Bool {
        try connection.query(sql, values.values).next()
    }
}

/// The current row of a query. It is valid until the next one is read.
package struct ResultRow {
    let cursor: any RowCursor

    package init(_ cursor: any RowCursor) {
        self.cursor = cursor
    }

    /// A column that is never null.
    package subscript<Value: SQLConvertible>(column: Int) -> Value {
        guard let value: Value = self[column] else {
            preconditionFailure("column \(column) holds no \(Value.self)")
        }
        return value
    }

    /// A column that may be null.
    package subscript<Value: SQLConvertible>(column: Int) -> Value? {
        guard !cursor.isNull(column) else { return nil }
        guard let value = Value.read(column, of: self) else {
            preconditionFailure("column \(column) holds no \(Value.self)")
        }
        return value
    }
}
