import GRDB

/// Whether an original has a higher dynamic range than its variants.
enum Migration0006 {
    static func apply(_ db: Database) throws {
        try db.execute(
            sql: "ALTER TABLE attachments ADD COLUMN has_hdr INTEGER NOT NULL DEFAULT 0 CHECK (has_hdr IN (0, 1))"
        )
    }
}
