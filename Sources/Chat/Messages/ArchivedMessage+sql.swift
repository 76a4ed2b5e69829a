/// Messages that the janitor has moved to the archive.
///
/// One counts up to the boundary of its room, `archived_seq`, and unless it is in `messages` as well. The archive is
/// never read before `messages` in a transaction: it can be newer than the snapshot of the database, and then has what
/// that no longer has, but not the other way round.
extension Snapshot {
    private static let archivedColumns = archivedColumns(clientMessageID: "archived_messages.client_message_id")

    /// In the order of `Message.columns`. The name and the avatar are those that the sender has now.
    private static func archivedColumns(clientMessageID: String) -> String {
        """
        archived_messages.id, archived_messages.room_id, archived_messages.seq, archived_messages.sender_id,
        coalesce(users.display_name, ''), users.avatar_id, variants.format, archived_messages.body,
        archived_messages.attachment_count, archived_messages.reply_to, \(clientMessageID),
        archived_messages.created_at, archived_messages.edited_at, archived_messages.deleted_at
        """
    }

    private static let archivedTables = """
        archived_messages LEFT JOIN users ON users.id = archived_messages.sender_id
        LEFT JOIN variants ON variants.attachment_id = users.avatar_id AND variants.size = 150
        """

    /// Condition: the message is not above the boundary of its room.
    static let isArchived = """
        EXISTS (SELECT 1 FROM rooms
            WHERE rooms.id = archived_messages.room_id AND rooms.archived_seq >= archived_messages.seq)
        """

    /// Messages below one number and from another up to the boundary, at most so many of each.
    static let archivedPage = """
        SELECT * FROM (
            SELECT \(archivedColumns) FROM \(archivedTables)
            WHERE archived_messages.room_id = ?1 AND archived_messages.seq < ?2
            ORDER BY archived_messages.seq DESC LIMIT ?3
        ) AS earlier
        UNION ALL
        SELECT * FROM (
            SELECT \(archivedColumns) FROM \(archivedTables)
            WHERE archived_messages.room_id = ?1 AND archived_messages.seq BETWEEN ?4 AND ?5
            ORDER BY archived_messages.seq LIMIT ?6
        ) AS later
        """

    static func archivedMessages(in places: String) -> String {
        "SELECT \(archivedColumns) FROM \(archivedTables) WHERE archived_messages.id IN (\(places)) AND \(isArchived)"
    }

    static func archivedStates(_ places: String) -> String {
        "SELECT id, changed_seq, length(body) FROM archived_messages WHERE id IN (\(places)) AND \(isArchived)"
    }

    /// Condition: the message is not in `messages` as well.
    static let hasNotReturned = """
        NOT EXISTS (SELECT 1 FROM messages AS returned WHERE returned.id = archived_messages.id)
        """

    static let isArchivedInRoom = "SELECT 1 FROM archived_messages WHERE id = ? AND room_id = ? AND \(isArchived)"

    /// Null if the sender has used the client id again.
    private static let freeClientMessageID = """
        CASE WHEN EXISTS (
            SELECT 1 FROM messages AS newer WHERE newer.sender_id = archived_messages.sender_id
            AND newer.client_message_id = archived_messages.client_message_id
        ) THEN NULL ELSE archived_messages.client_message_id END
        """

    /// Copies a message back into `messages`.
    static let returnToMessages = """
        INSERT INTO messages (id, room_id, seq, sender_id, sender_name, sender_avatar_id, sender_avatar_format, body,
            attachment_count, reply_to, client_message_id, created_at, edited_at, deleted_at, changed_seq)
        SELECT \(archivedColumns(clientMessageID: freeClientMessageID)), archived_messages.changed_seq FROM \(archivedTables)
        WHERE archived_messages.id = ? AND \(isArchived) AND \(hasNotReturned)
        """
}
