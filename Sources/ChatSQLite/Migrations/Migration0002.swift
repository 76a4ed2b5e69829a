import GRDB

/// What the replay of missed events needs: since when somebody has been a member, their past memberships, which
/// receipts have moved, and where the log begins.
enum Migration0002 {
    static func apply(_ db: Database) throws {
        for statement in [members, pastMemberships, log] {
            try db.execute(sql: statement)
        }
    }

    private static let members = """
        ALTER TABLE members ADD COLUMN joined_seq INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE members ADD COLUMN receipt_position INTEGER NOT NULL DEFAULT 0;

        UPDATE members SET joined_seq = coalesce((
            SELECT min(seq) FROM events
            WHERE events.room_id = members.room_id AND kind = 'member.joined' AND at >= members.joined_at), 0);
        """

    private static let pastMemberships = """
        CREATE TABLE past_memberships (
            user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            left_position INTEGER NOT NULL,
            room_id BLOB NOT NULL,
            joined_seq INTEGER NOT NULL,
            left_seq INTEGER NOT NULL,
            PRIMARY KEY (user_id, left_position)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX past_memberships_by_position ON past_memberships (left_position);
        """

    private static let log = """
        ALTER TABLE meta ADD COLUMN log_floor INTEGER NOT NULL DEFAULT 0;
        """
}
