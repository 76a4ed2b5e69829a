import GRDB

/// Whether part of a picture is missing or wrong.
enum Migration0005 {
    static func apply(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE attachments ADD COLUMN is_damaged INTEGER NOT NULL DEFAULT 0 CHECK (is_damaged IN (0, 1));
                """
        )
    }
}
