import FoundationEssentials
import Vocabulary

/// The janitor's changes that move old messages to the archive.
///
/// A batch moves in two changes, each of which writes one file: a transaction over both would not be atomic in a power
/// cut. Between the two, its messages are in both, and those in `messages` count. One janitor at a time may call these.
extension Messages {
    /// The next room, in the order of their ids, that has messages to move, or may have: the number of messages that
    /// stay is not considered. Rooms that are deleted are left out.
    package func roomToArchive(after room: Room.ID?, before cutoff: Timestamp) async throws -> Room.ID? {
        // Every id sorts after an empty one.
        let last: any SQLConvertible = if let room { room } else { Data() }
        let values: SQLValues = [last, cutoff]
        return try await store.read { try $0.value(Room.ID.self, Snapshot.roomToArchive, values) }
    }

    /// The first batch of a room's messages after a number that moves.
    ///
    /// - Parameters:
    ///   - cutoff: Messages from this time on stay, unless they have returned from the archive.
    ///   - limit: Maximum number of messages in the batch.
    package func planArchiving(
        of room: Room.ID,
        after seq: Int64,
        before cutoff: Timestamp,
        limit: Int
    ) async throws -> ArchivePlan? {
        try await store.read { try $0.archiveCandidates(of: room, after: seq, limit: limit)?.plan(before: cutoff) }
    }

    /// Copies a batch into the archive. It is on the disk when the method returns. Writes the archive only.
    ///
    /// - Returns: The generation of the archive with the batch; nil if the room has changed too much since the plan.
    package func copyToArchive(_ plan: ArchivePlan) async throws -> Int64? {
        try await store.change(about: [.room(plan.room)], for: .maintaining) { transaction in
            guard try transaction.db.value(Int64.self, Snapshot.archivedSeq, [plan.room]) == plan.archivedSeq else {
                return nil
            }
            let range: SQLValues = [plan.room, plan.after, plan.upTo]
            // Beyond the boundary the archive may have messages that the database does not know, if that was put back.
            try transaction.execute(plan.movesBoundary ? Snapshot.clearRange : Snapshot.clearCopies, range)
            try transaction.execute(Snapshot.copyRange, range)
            return try transaction.db.value(
                Int64.self,
                "UPDATE archive_state SET generation = generation + 1 RETURNING generation"
            )
        }
    }

    /// Removes a batch from `messages`, except messages that have changed since they were copied: those count as
    /// returned. Writes the database only.
    ///
    /// - Parameter generation: What `copyToArchive` returned.
    /// - Returns: The number of messages removed.
    @discardableResult
    package func removeArchived(_ plan: ArchivePlan, generation: Int64) async throws -> Int {
        try await store.change(about: [.room(plan.room)], for: .maintaining) { transaction in
            let removed = try transaction.execute(Snapshot.removeCopied, [plan.room, plan.after, plan.upTo])
            try transaction.execute(
                "UPDATE rooms SET archived_seq = ?2 WHERE id = ?1 AND archived_seq < ?2",
                [plan.room, plan.upTo]
            )
            try transaction.execute("UPDATE meta SET archive_generation = ?", [generation])
            return removed
        }
    }
}

extension Snapshot {
    static let roomToArchive = """
        SELECT id FROM rooms WHERE id > ?1 AND deleted_at IS NULL AND (
            archived_seq > 0 AND EXISTS (
                SELECT 1 FROM messages WHERE messages.room_id = rooms.id AND messages.seq <= rooms.archived_seq)
            OR (SELECT created_at FROM messages WHERE messages.room_id = rooms.id AND messages.seq > rooms.archived_seq
                ORDER BY seq LIMIT 1) < ?2)
        ORDER BY id LIMIT 1
        """

    static let archivedSeq = "SELECT archived_seq FROM rooms WHERE id = ? AND deleted_at IS NULL"

    static let oldestKept = "SELECT seq FROM messages WHERE room_id = ? ORDER BY seq DESC LIMIT 1 OFFSET ?"

    static let archivable = "SELECT seq, created_at FROM messages WHERE room_id = ? AND seq > ? ORDER BY seq LIMIT ?"

    static let clearRange = "DELETE FROM archived_messages WHERE room_id = ? AND seq > ? AND seq <= ?"

    /// Deletes copies of messages that are in `messages`.
    static let clearCopies = """
        DELETE FROM archived_messages WHERE room_id = ?1 AND seq IN (
            SELECT seq FROM messages WHERE room_id = ?1 AND seq > ?2 AND seq <= ?3)
        """

    static let copyRange = """
        INSERT INTO archived_messages (id, room_id, seq, sender_id, body, attachment_count, reply_to, client_message_id,
            created_at, edited_at, deleted_at, changed_seq)
        SELECT id, room_id, seq, sender_id, body, attachment_count, reply_to, client_message_id,
            created_at, edited_at, deleted_at, changed_seq
        FROM messages WHERE room_id = ? AND seq > ? AND seq <= ? ORDER BY seq
        """

    /// Deletes messages that the archive has exactly as they are.
    static let removeCopied = """
        DELETE FROM messages WHERE room_id = ? AND seq > ? AND seq <= ? AND EXISTS (
            SELECT 1 FROM archived_messages AS copy
            WHERE copy.id = messages.id AND copy.room_id = messages.room_id AND copy.seq = messages.seq
            AND copy.changed_seq = messages.changed_seq AND copy.body = messages.body
            AND copy.attachment_count = messages.attachment_count
            AND copy.edited_at IS NOT DISTINCT FROM messages.edited_at
            AND copy.deleted_at IS NOT DISTINCT FROM messages.deleted_at)
        """

    /// Nil for a room that is deleted.
    fileprivate func archiveCandidates(of room: Room.ID, after seq: Int64, limit: Int) throws -> ArchiveCandidates? {
        guard let archivedSeq = try value(Int64.self, Self.archivedSeq, [room]) else { return nil }
        return ArchiveCandidates(
            room: room,
            archivedSeq: archivedSeq,
            keptFrom: try value(Int64.self, Self.oldestKept, [room, ArchiveCandidates.kept - 1]),
            messages: try all(Self.archivable, [room, seq, limit]) { ($0[0], $0[1]) }
        )
    }
}
