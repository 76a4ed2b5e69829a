import GRDB

/// The log position at which each room was last active, and the event that last changed each message. Neither depends
/// on a clock.
enum Migration0010 {
    static func apply(_ db: Database) throws {
        for statement in [activity, changes, pastMemberships] {
            try db.execute(sql: statement)
        }
    }

    /// Rooms whose last message is no longer in the log come first, in the order in which those messages were stored.
    /// Their positions are negative, because they are older than everything in the log.
    private static let activity = """
        ALTER TABLE rooms ADD COLUMN activity_position INTEGER NOT NULL DEFAULT 0;

        UPDATE rooms SET activity_position = coalesce(
            (SELECT position FROM events WHERE events.room_id = rooms.id
                AND events.seq = (SELECT max(seq) FROM messages WHERE messages.room_id = rooms.id)),
            (SELECT position FROM messages WHERE messages.room_id = rooms.id ORDER BY seq DESC LIMIT 1)
                - (SELECT max(position) + 1 FROM messages),
            (SELECT position FROM events WHERE events.room_id = rooms.id ORDER BY seq LIMIT 1),
            -(SELECT coalesce(max(position), 0) + 2 FROM messages));

        ALTER TABLE rooms DROP COLUMN last_activity_at;
        """

    /// The event that changed an older message is not known any more; the newest event of its room is the safe answer.
    private static let changes = """
        ALTER TABLE messages ADD COLUMN changed_seq INTEGER NOT NULL DEFAULT 0;

        UPDATE messages SET changed_seq = coalesce((SELECT last_seq FROM rooms WHERE rooms.id = messages.room_id), 0)
        WHERE edited_at IS NOT NULL OR deleted_at IS NOT NULL OR attachment_count > 0;
        """

    private static let pastMemberships = """
        CREATE INDEX past_memberships_by_room ON past_memberships (user_id, room_id, left_position);
        """
}
