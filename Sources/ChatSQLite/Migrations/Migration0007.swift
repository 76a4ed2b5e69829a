import GRDB

/// A token that is compared with the mark at each start, so that a restored database is recognised.
enum Migration0007 {
    static func apply(_ db: Database) throws {
        try db.execute(sql: "ALTER TABLE meta ADD COLUMN token TEXT NOT NULL DEFAULT ''")
    }
}
