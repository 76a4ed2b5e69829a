import Vocabulary

extension Checks {
    /// As ``miscountedMessages(after:limit:)``, of the messages that are only in the archive.
    ///
    /// - Parameter position: The end of the previous page; nil for the first one.
    package func miscountedArchivedMessages(
        after position: Int64?,
        limit: Int
    ) async throws -> CheckPage<Int64, MiscountedMessage> {
        try await store.read { db in
            let rows = try db.all(Snapshot.archivedCounters, [position ?? 0, limit]) { row in
                (position: row[0] as Int64, message: MiscountedMessage(row: row))
            }
            return CheckPage(rows, limit: limit, key: \.position) { row in
                row.message.count == row.message.found ? nil : row.message
            }
        }
    }

    /// Rooms of whose messages the archive lacks the newest that was moved into it.
    package func incompleteRooms(after id: Room.ID?, limit: Int) async throws -> CheckPage<Room.ID, IncompleteRoom> {
        try await store.read { db in
            let rows = try db.all(Snapshot.archiveBoundaries, [id ?? .beforeAll, limit]) { row in
                (room: IncompleteRoom(id: row[0], archivedSeq: row[1]), isComplete: row[2] as Bool)
            }
            return CheckPage(rows, limit: limit, key: \.room.id) { $0.isComplete ? nil : $0.room }
        }
    }

    /// Messages that are only in the archive and whose sender does not exist, so that they could not be changed.
    ///
    /// - Parameter position: The end of the previous page; nil for the first one.
    package func archivedWithoutSender(
        after position: Int64?,
        limit: Int
    ) async throws -> CheckPage<Int64, Message.ID> {
        try await store.read { db in
            let rows = try db.all(Snapshot.archivedSenders, [position ?? 0, limit]) { row in
                (position: row[0] as Int64, id: row[1] as Message.ID, hasSender: row[2] as Bool)
            }
            return CheckPage(rows, limit: limit, key: \.position) { $0.hasSender ? nil : $0.id }
        }
    }
}

/// A room of which the archive lacks messages.
package struct IncompleteRoom: Sendable, Equatable {
    package let id: Room.ID
    /// Number of the newest message that was archived.
    package let archivedSeq: Int64
}

extension Snapshot {
    private static let archivedAttachmentCount = """
        (SELECT count(*) FROM attachments
            WHERE attachments.message_id = archived_messages.id AND attachments.deleted_at IS NULL)
        """

    /// Condition: the message counts as the archive has it, and its room is not deleted. The copy of a message that is in
    /// `messages` too may differ from it, and is not damaged.
    private static let counts = """
        EXISTS (SELECT 1 FROM rooms WHERE rooms.id = archived_messages.room_id
            AND rooms.archived_seq >= archived_messages.seq AND rooms.deleted_at IS NULL)
            AND \(hasNotReturned)
        """

    static let archivedCounters = """
        SELECT archived_messages.position, archived_messages.id, archived_messages.attachment_count,
            \(archivedAttachmentCount)
        FROM archived_messages
        WHERE archived_messages.position > ? AND archived_messages.deleted_at IS NULL AND \(counts)
        ORDER BY archived_messages.position LIMIT ?
        """

    static let hasLowArchivedCount = """
        SELECT 1 FROM archived_messages WHERE archived_messages.id = ? AND archived_messages.deleted_at IS NULL
            AND archived_messages.attachment_count < \(archivedAttachmentCount) AND \(counts)
        """

    static let archivedSenders = """
        SELECT archived_messages.position, archived_messages.id,
            \(flag("SELECT 1 FROM users WHERE users.id = archived_messages.sender_id"))
        FROM archived_messages WHERE archived_messages.position > ? AND \(counts)
        ORDER BY archived_messages.position LIMIT ?
        """

    /// The number of a boundary is always that of a message, and the archive keeps its copy until the room is removed.
    static let archiveBoundaries = """
        SELECT rooms.id, rooms.archived_seq, \(flag(boundaryMessage))
        FROM rooms WHERE rooms.id > ? AND rooms.archived_seq > 0 AND rooms.deleted_at IS NULL
        ORDER BY rooms.id LIMIT ?
        """

    private static let boundaryMessage = """
        SELECT 1 FROM archived_messages
        WHERE archived_messages.room_id = rooms.id AND archived_messages.seq = rooms.archived_seq
        """
}
