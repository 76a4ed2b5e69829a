import GRDB

/// What the storage compares with its own record at each start, so that a database that was put back is recognised.
enum Migration0007 {
    static func apply(_ db: Database) throws {
        try db.execute(sql: "ALTER TABLE meta ADD COLUMN token TEXT NOT NULL DEFAULT ''")
    }
}
