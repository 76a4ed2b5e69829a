import GRDB

/// Whether people agreed to the rooms that they are in, invitations, blocks, and bans from rooms.
enum Migration0011 {
    static func apply(_ db: Database) throws {
        for statement in [consent, oldDirectRooms, hiddenRooms, blocks, invitations, bans] {
            try db.execute(sql: statement)
        }
    }

    /// `given`: they made or joined the room, accepted it, or wrote in it. `assumed`: somebody who shares a room with
    /// them added them. `pending`: a stranger wrote to them, and they have not answered.
    private static let consent = """
        ALTER TABLE members ADD COLUMN consent TEXT NOT NULL DEFAULT 'given'
            CHECK (consent IN ('given', 'assumed', 'pending'));

        CREATE INDEX members_unanswered ON members (user_id, room_id) WHERE consent <> 'given';
        CREATE INDEX members_pending ON members (room_id, user_id) WHERE consent = 'pending';
        """

    /// The person who joined a direct room second did not open it.
    private static let oldDirectRooms = """
        UPDATE members SET consent = CASE WHEN EXISTS (
            SELECT 1 FROM members AS peer
            JOIN members AS own ON own.user_id = members.user_id
            JOIN members AS other ON other.room_id = own.room_id AND other.user_id = peer.user_id
            JOIN rooms ON rooms.id = own.room_id AND rooms.kind <> 'direct'
            WHERE peer.room_id = members.room_id AND peer.user_id <> members.user_id
        ) THEN 'assumed' ELSE 'pending' END
        WHERE joined_seq > 1
        AND (SELECT kind FROM rooms WHERE rooms.id = members.room_id) = 'direct'
        AND NOT EXISTS (
            SELECT 1 FROM messages
            WHERE messages.room_id = members.room_id AND messages.sender_id = members.user_id);
        """

    /// A room is hidden from its member until it is active after this position.
    private static let hiddenRooms = """
        ALTER TABLE members ADD COLUMN hidden_position INTEGER;

        UPDATE members SET hidden_position = (SELECT activity_position FROM rooms WHERE rooms.id = members.room_id)
        WHERE consent <> 'given' AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.room_id = members.room_id);
        """

    private static let blocks = """
        CREATE TABLE blocks (
            user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            blocked_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE CHECK (blocked_id <> user_id),
            created_at INTEGER NOT NULL,
            PRIMARY KEY (user_id, blocked_id)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX blocks_by_blocked ON blocks (blocked_id, user_id);
        """

    private static let invitations = """
        CREATE TABLE invitations (
            number INTEGER PRIMARY KEY,
            user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            room_id BLOB NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
            role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
            inviter_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            UNIQUE (user_id, room_id)
        ) STRICT;

        CREATE INDEX invitations_by_user ON invitations (user_id);
        CREATE INDEX invitations_by_room ON invitations (room_id);
        CREATE INDEX invitations_by_inviter ON invitations (inviter_id, room_id);
        """

    private static let bans = """
        CREATE TABLE bans (
            room_id BLOB NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
            user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            banned_by BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (room_id, user_id)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX bans_by_user ON bans (user_id);
        """
}
