import GRDB

/// The positions of events are known only at the end of a change. So a past membership no longer has the position of
/// its end, which its event has, and statements read the newest position from a view.
enum Migration0013 {
    static func apply(_ db: Database) throws {
        for statement in [head, pastMemberships, members] {
            try db.execute(sql: statement)
        }
    }

    /// Position of the newest event ever written, even if the log has been pruned since; 0 before the first. SQLite
    /// stores it for `AUTOINCREMENT` (https://www.sqlite.org/autoinc.html).
    private static let head = """
        CREATE VIEW log_head AS
        SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0) AS position;
        """

    /// `left_position` is set when the event is pruned and the membership is kept.
    private static let pastMemberships = """
        CREATE TABLE rebuilt_past_memberships (
            user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            room_id BLOB NOT NULL,
            joined_seq INTEGER NOT NULL,
            left_seq INTEGER NOT NULL,
            left_position INTEGER,
            PRIMARY KEY (user_id, room_id, left_seq)
        ) STRICT, WITHOUT ROWID;

        INSERT INTO rebuilt_past_memberships (user_id, room_id, joined_seq, left_seq, left_position)
        SELECT user_id, room_id, joined_seq, left_seq, left_position FROM past_memberships;

        DROP TABLE past_memberships;
        ALTER TABLE rebuilt_past_memberships RENAME TO past_memberships;

        CREATE INDEX past_memberships_by_event ON past_memberships (room_id, left_seq);
        CREATE INDEX past_memberships_by_position ON past_memberships (left_position) WHERE left_position IS NOT NULL;
        """

    /// What a client that comes back asks of each of its rooms: the few members who have not answered, and the receipts that
    /// have moved. SQLite would otherwise read all members of all rooms.
    private static let members = """
        DROP INDEX members_pending;
        CREATE INDEX members_pending ON members (room_id, consent) WHERE consent = 'pending';
        CREATE INDEX members_receipts ON members (room_id, receipt_position);
        """
}
