import GRDB

/// How far each room's messages are in the archive, which archive belongs to the database, and how far the messages of a
/// deleted account have been looked for in it.
enum Migration0015 {
    static func apply(_ db: Database) throws {
        for statement in [boundary, identity, erasures] {
            try db.execute(sql: statement)
        }
    }

    /// Number of the newest archived message; 0 if there is none.
    private static let boundary = """
        ALTER TABLE rooms ADD COLUMN archived_seq INTEGER NOT NULL DEFAULT 0 CHECK (archived_seq >= 0);
        """

    /// The id is empty until the first start with an archive. The generation is that of the newest batch that was
    /// removed from `messages`: an archive with a lower one lacks messages.
    private static let identity = """
        ALTER TABLE meta ADD COLUMN archive_id TEXT NOT NULL DEFAULT '';
        ALTER TABLE meta ADD COLUMN archive_generation INTEGER NOT NULL DEFAULT 0;
        """

    /// The last archived message that was examined.
    private static let erasures = """
        ALTER TABLE erasures ADD COLUMN archive_done_up_to BLOB
            CHECK (archive_done_up_to IS NULL OR length(archive_done_up_to) = 16);
        """
}
