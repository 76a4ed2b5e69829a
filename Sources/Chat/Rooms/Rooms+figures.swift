import FoundationEssentials
import Vocabulary

/// How much is in a room, for administrators. It reveals nothing of what members write.
package struct RoomFigures: Sendable, Equatable {
    package let id: Room.ID
    package let kind: Room.Kind
    /// Of a public room; those of others are not for everybody.
    package let name: String?
    package let createdAt: Timestamp
    package let memberCount: Int
    /// Nil without a message.
    package let lastMessageAt: Timestamp?
    /// Deleted messages included, up to `Rooms.countedRows`.
    package let messageCount: Int
    /// Total size of the originals that messages refer to, of up to `Rooms.countedRows` attachments.
    package let attachmentBytes: Int64
}

extension Rooms {
    /// Rooms in one page of figures.
    package static let figuresPageSize = 50
    /// Up to how many messages and attachments of one room are counted, so that a page takes a fraction of a second
    /// however long the rooms are.
    package static let countedRows = 20_000

    /// A page of the figures of all rooms, direct rooms included, the oldest first.
    ///
    /// - Parameters:
    ///   - last: The last room of the previous page.
    ///   - limit: 1–50.
    package func figures(after last: Room.ID?, limit: Int) async throws -> (rooms: [RoomFigures], hasMore: Bool) {
        precondition((1...Self.figuresPageSize).contains(limit), "a page has 1 to \(Self.figuresPageSize) rooms")
        // Every id sorts after an empty one.
        let last: any SQLConvertible = last ?? Data()
        let found = try await store.read { [values = [Self.countedRows, limit + 1, last] as SQLValues] db in
            try db.all(Snapshot.roomFigures, values, RoomFigures.init)
        }
        return (Array(found.prefix(limit)), found.count > limit)
    }
}

extension RoomFigures {
    fileprivate init(_ row: ResultRow) {
        id = row[0]
        kind = row[1]
        name = kind == .public ? row[2] as String? : nil
        createdAt = row[3]
        memberCount = row[4]
        lastMessageAt = row[5]
        messageCount = row[6]
        attachmentBytes = row[7]
    }
}

extension Snapshot {
    /// The archive has all messages up to a room's boundary, also those that have returned from it.
    static let roomFigures = """
        SELECT rooms.id, rooms.kind, rooms.name, rooms.created_at, rooms.member_count,
            (SELECT messages.created_at FROM messages WHERE messages.room_id = rooms.id
                ORDER BY messages.seq DESC LIMIT 1),
            (SELECT count(*) FROM (
                SELECT 1 FROM messages WHERE messages.room_id = rooms.id AND messages.seq > rooms.archived_seq
                UNION ALL
                SELECT 1 FROM archived_messages
                WHERE archived_messages.room_id = rooms.id AND archived_messages.seq <= rooms.archived_seq
                LIMIT ?1) AS counted),
            (SELECT CAST(coalesce(sum(counted.byte_count), 0) AS BIGINT) FROM (
                SELECT attachments.byte_count FROM attachments
                WHERE attachments.room_id = rooms.id AND attachments.deleted_at IS NULL LIMIT ?1) AS counted)
        FROM rooms WHERE rooms.deleted_at IS NULL AND rooms.id > ?3 ORDER BY rooms.id LIMIT ?2
        """
}
