import Foundation
import GRDB

/// The queue of pictures that wait for their variants is the attachment rows themselves, so a restart loses nothing.
extension Store {
    /// A picture to render.
    package struct RenderTask: Sendable, Equatable {
        package let id: Attachment.ID
        /// Which try this is, from 1 on.
        package let attempt: Int
    }

    /// The picture that has waited longest among those tried least, with its try counted before it begins: one that
    /// brings down the whole server must not be tried for ever.
    package func nextRendering() async throws -> RenderTask? {
        let waiting = try await read { db in
            try Attachment.ID.fetchOne(db.cachedStatement(sql: Database.nextRendering))
        }
        guard waiting != nil else { return nil }
        return try await change { change in
            let next = try Attachment.ID.fetchOne(change.db.cachedStatement(sql: Database.nextRendering))
            guard let next else { return nil }
            let attempt = try Int.fetchOne(
                change.db,
                sql: "UPDATE attachments SET attempts = attempts + 1 WHERE id = ? RETURNING attempts",
                arguments: [next]
            )
            return RenderTask(id: next, attempt: attempt ?? 1)
        }
    }

    /// Takes back a try that was not the picture's doing.
    package func withdrawAttempt(_ id: Attachment.ID) async throws {
        try await change { change in
            try change.execute("UPDATE attachments SET attempts = attempts - 1 WHERE id = ? AND attempts > 0", [id])
        }
    }

    /// Pictures that wait for their variants.
    package func renderingCount() async throws -> Int {
        try await read { db in
            try Int.fetchOne(
                db,
                sql: "SELECT count(*) FROM attachments WHERE state = 'processing' AND deleted_at IS NULL"
            ) ?? 0
        }
    }

    /// Makes the variants visible and tells the room. Their files must be on the disk.
    ///
    /// - Parameters:
    ///   - placeholder: A ThumbHash of 5–64 bytes.
    ///   - animation: The moving form, where there is one.
    /// - Returns: The attachment, or nil when it was deleted meanwhile: then the files must go.
    package func finishRendering(
        _ id: Attachment.ID,
        variants: [Variant],
        placeholder: Data? = nil,
        animation: Animation? = nil
    ) async throws -> Attachment? {
        try await change { change in
            guard try change.markReady(id, placeholder, animation) else { return nil }
            try change.insert(variants, of: id)
            return try change.tellRoom(of: id) { .attachmentReady($0, in: $1) }
        }
    }

    /// Writes down why there are no variants and tells the room.
    ///
    /// - Returns: The attachment, or nil when it was deleted meanwhile.
    package func failRendering(_ id: Attachment.ID, _ failure: Attachment.Failure) async throws -> Attachment? {
        try await change { change in
            let failed = try change.execute(
                """
                UPDATE attachments SET state = 'failed', failure_code = ?, failure_detail = ?
                WHERE id = ? AND state = 'processing' AND deleted_at IS NULL
                """,
                [failure.code, failure.detail, id]
            )
            guard failed == 1 else { return nil }
            return try change.tellRoom(of: id) { .attachmentFailed($0, in: $1) }
        }
    }
}

extension Change {
    /// - Returns: Whether it still waited for that.
    fileprivate func markReady(_ id: Attachment.ID, _ placeholder: Data?, _ animation: Animation?) throws -> Bool {
        try execute(
            """
            UPDATE attachments SET state = 'ready', placeholder = ?,
                animation_width = ?, animation_height = ?, animation_byte_count = ?
            WHERE id = ? AND state = 'processing' AND deleted_at IS NULL
            """,
            [placeholder, animation?.width, animation?.height, animation?.byteCount, id]
        ) == 1
    }

    fileprivate func insert(_ variants: [Variant], of id: Attachment.ID) throws {
        for variant in variants {
            try execute(
                """
                INSERT INTO variants (attachment_id, size, file_size, width, height, format, byte_count)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    id, variant.size, variant.fileSize, variant.width, variant.height, variant.format,
                    variant.byteCount,
                ]
            )
        }
    }

    fileprivate mutating func tellRoom(
        of id: Attachment.ID,
        _ content: (Attachment, Message.ID) -> Event.Content
    ) throws -> Attachment {
        let attachment = try db.attachment(id)
        let room = try Room.ID.fetchOne(db, sql: "SELECT room_id FROM attachments WHERE id = ?", arguments: [id])
        if let message = attachment.messageID, let room {
            try record(content(attachment, message), in: room)
        }
        return attachment
    }
}

extension Database {
    static let nextRendering = """
        SELECT id FROM attachments WHERE state = 'processing' AND deleted_at IS NULL
        ORDER BY attempts, turn_at LIMIT 1
        """
}
