import FoundationEssentials
import Vocabulary

/// What is stored, for the operator.
///
/// The queries about attachments read the whole table, and add up the variants of each; those about messages read the
/// ones of the days that are asked for. Each is one snapshot, and its result is bounded.
package struct Statistics: Sendable {
    let store: Store
}

extension Store {
    package var statistics: Statistics { Statistics(store: self) }
}

/// A number of attachments and their bytes, variants included.
package struct AttachmentUse: Sendable, Equatable {
    package let count: Int
    /// Of the originals.
    package let originalBytes: Int64
    /// Of the files of variants and animations.
    package let variantBytes: Int64

    package var bytes: Int64 { originalBytes + variantBytes }

    fileprivate init(row: ResultRow, at offset: Int) {
        (count, originalBytes, variantBytes) = (row[offset], row[offset + 1], row[offset + 2])
    }
}

/// A kind and a state of attachments.
package struct AttachmentGroup: Sendable, Equatable {
    /// `image` or `file`.
    package let kind: String
    /// `receiving`, `processing`, `ready`, `failed` or `deleted`.
    package let state: String
    package let use: AttachmentUse
}

/// What a room or a person stores.
package struct AttachmentHolder: Sendable, Equatable {
    package let id: UUID
    /// Of the room or the user; nil for a direct room.
    package let name: String?
    package let use: AttachmentUse
}

/// What was added in a day and is still there.
package struct DayOfGrowth: Sendable, Equatable {
    /// Start of the day in UTC.
    package let start: Timestamp
    package var messages = 0
    package var attachments = 0
    /// Of these attachments, variants included.
    package var bytes: Int64 = 0

    package init(start: Timestamp) { self.start = start }
}

extension Statistics {
    /// The attachments by kind and state, deleted ones included.
    package func attachments() async throws -> [AttachmentGroup] {
        try await store.read { db in
            try db.all(Snapshot.attachmentGroups) { row in
                AttachmentGroup(kind: row[0], state: row[1], use: AttachmentUse(row: row, at: 2))
            }
        }
    }

    /// The rooms whose attachments have the most bytes.
    package func largestRooms(limit: Int) async throws -> [AttachmentHolder] {
        try await store.read { db in
            try db.all(Snapshot.largestRooms, [limit]) { row in
                AttachmentHolder(id: (row[0] as Room.ID).uuid, name: row[1], use: AttachmentUse(row: row, at: 2))
            }
        }
    }

    /// The people whose attachments have the most bytes.
    package func largestUsers(limit: Int) async throws -> [AttachmentHolder] {
        try await store.read { db in
            try db.all(Snapshot.largestUsers, [limit]) { row in
                AttachmentHolder(id: (row[0] as User.ID).uuid, name: row[1], use: AttachmentUse(row: row, at: 2))
            }
        }
    }

    /// What was added on each of the last days, oldest first; days without anything included. The last one is today,
    /// which is not over. Deleted messages count, deleted attachments do not.
    ///
    /// - Parameter days: 1–366.
    package func growth(days: Int) async throws -> [DayOfGrowth] {
        let today = store.now().milliseconds / Self.dayLength
        let first = today - Int64(days) + 1
        let start = Timestamp(milliseconds: first * Self.dayLength)
        let (messages, attachments) = try await store.read { db in
            (
                try db.all(Snapshot.messagesPerDay, [Message.ID.first(at: start), start]) { row in
                    (day: row[0] as Int64, count: row[1] as Int)
                },
                try db.all(Snapshot.attachmentsPerDay, [start]) { row in
                    (day: row[0] as Int64, use: AttachmentUse(row: row, at: 1))
                }
            )
        }
        var grown = (first...today).map { DayOfGrowth(start: Timestamp(milliseconds: $0 * Self.dayLength)) }
        // A row that was written while the clock was ahead belongs to none of the days.
        for (day, count) in messages where (first...today).contains(day) { grown[Int(day - first)].messages = count }
        for (day, use) in attachments where (first...today).contains(day) {
            grown[Int(day - first)].attachments = use.count
            grown[Int(day - first)].bytes = use.bytes
        }
        return grown
    }

    /// When the first user was created; nil if there is none.
    package func beginning() async throws -> Timestamp? {
        try await store.read { try $0.value(Timestamp.self, Snapshot.firstUser) }
    }

    /// Milliseconds.
    private static let dayLength: Int64 = 86_400_000
}

extension Identifier where Entity == Message {
    /// No message that was made at this time or later has a lower id, because the ids of messages begin with their
    /// time.
    fileprivate static func first(at time: Timestamp) -> Message.ID {
        var bytes = Message.ID.make(at: time).uuid.uuid
        (bytes.6, bytes.7, bytes.8, bytes.9, bytes.10, bytes.11) = (0x70, 0, 0, 0, 0, 0)
        (bytes.12, bytes.13, bytes.14, bytes.15) = (0, 0, 0, 0)
        return Message.ID(UUID(uuid: bytes))
    }
}

extension Snapshot {
    /// Sums of attachments, over the table `sized`. The casts are for PostgreSQL, where a sum of integers has another
    /// type.
    private static let sums = """
        count(*), CAST(sum(sized.byte_count) AS BIGINT), CAST(sum(sized.variant_bytes) AS BIGINT)
        """

    /// Sizes that are the same picture share a file.
    private static let variantBytes = """
        coalesce(attachments.animation_byte_count, 0) + coalesce((
            SELECT CAST(sum(variants.byte_count) AS BIGINT) FROM variants
            WHERE variants.attachment_id = attachments.id AND variants.size = variants.file_size), 0) AS variant_bytes
        """

    private static let state = """
        CASE WHEN attachments.deleted_at IS NOT NULL THEN 'deleted'
            WHEN attachments.state = 'receiving' THEN 'receiving'
            WHEN renderings.failure_code IS NOT NULL THEN 'failed'
            WHEN renderings.state IS NULL OR renderings.state = 'finished' THEN 'ready'
            ELSE 'processing' END
        """

    static let attachmentGroups = """
        SELECT sized.kind, sized.state, \(sums) FROM (
            SELECT attachments.kind, \(state) AS state, attachments.byte_count, \(variantBytes) FROM \(attachmentTables)
        ) AS sized GROUP BY sized.kind, sized.state ORDER BY sized.kind, sized.state
        """

    static let largestRooms = """
        SELECT sized.room_id, rooms.name, \(sums) FROM (
            SELECT attachments.room_id, attachments.byte_count, \(variantBytes) FROM attachments
            WHERE attachments.deleted_at IS NULL AND attachments.room_id IS NOT NULL
        ) AS sized LEFT JOIN rooms ON rooms.id = sized.room_id
        GROUP BY sized.room_id, rooms.name
        ORDER BY sum(sized.byte_count + sized.variant_bytes) DESC, sized.room_id LIMIT ?
        """

    static let largestUsers = """
        SELECT sized.owner_id, users.username, \(sums) FROM (
            SELECT attachments.owner_id, attachments.byte_count, \(variantBytes) FROM attachments
            WHERE attachments.deleted_at IS NULL
        ) AS sized LEFT JOIN users ON users.id = sized.owner_id
        GROUP BY sized.owner_id, users.username
        ORDER BY sum(sized.byte_count + sized.variant_bytes) DESC, sized.owner_id LIMIT ?
        """

    /// The id finds the messages, and the time assigns them to a day.
    static let messagesPerDay = """
        SELECT sent.day, count(*) FROM (
            SELECT messages.created_at / 86400000 AS day FROM messages
            WHERE messages.id >= ?1 AND messages.created_at >= ?2
            UNION ALL
            SELECT archived_messages.created_at / 86400000 FROM archived_messages
            WHERE archived_messages.id >= ?1 AND archived_messages.created_at >= ?2
            AND \(isArchived) AND \(hasNotReturned)
        ) AS sent GROUP BY sent.day ORDER BY sent.day
        """

    static let attachmentsPerDay = """
        SELECT sized.day, \(sums) FROM (
            SELECT attachments.created_at / 86400000 AS day, attachments.byte_count, \(variantBytes) FROM attachments
            WHERE attachments.created_at >= ? AND attachments.deleted_at IS NULL AND attachments.state <> 'receiving'
        ) AS sized GROUP BY sized.day ORDER BY sized.day
        """

    fileprivate static let firstUser = "SELECT created_at FROM users ORDER BY id LIMIT 1"
}
