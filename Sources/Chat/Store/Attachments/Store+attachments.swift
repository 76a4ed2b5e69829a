import Foundation
import GRDB

extension Store {
    /// Writes down that an upload begins. Comes before its first byte, so that every file has a row or is garbage.
    package func beginUpload(_ id: Attachment.ID, by owner: User.ID) async throws {
        try await change { change in
            try change.execute(
                "INSERT INTO attachments (id, owner_id, state, created_at) VALUES (?, ?, 'receiving', ?)",
                [id, owner, change.now]
            )
        }
    }

    /// Forgets an upload that did not finish; its bytes must be gone.
    package func abandonUpload(_ id: Attachment.ID) async throws {
        try await change { change in
            try change.execute("DELETE FROM attachments WHERE id = ? AND state = 'receiving'", [id])
        }
    }

    /// Writes down that the bytes are on the disk. A picture waits for its variants from here on.
    ///
    /// - Parameter failure: Set for a picture that is seen to be damaged without decoding it.
    /// - Returns: The attachment; a repeat gives the first one, and `id` is left to be abandoned.
    /// - Throws: `gone` when the upload took so long that it was swept meanwhile, or the first one is gone;
    ///   `keyReused`.
    package func completeUpload(
        _ id: Attachment.ID,
        filename: String,
        facts: AttachmentFacts,
        failure: Attachment.Failure? = nil,
        once request: OnceRequest? = nil
    ) async throws -> Outcome<Attachment> {
        try await change { change in
            try change.once(request, subject: \.id, again: { try $0.undeletedAttachment($1) }) { change in
                try change.complete(id, filename: filename, facts: facts, failure: failure)
            }
        }
    }

    /// An attachment that the viewer may see: their own, or one in a room of theirs.
    ///
    /// - Throws: `notFound`.
    package func attachment(_ id: Attachment.ID, for viewer: User.ID) async throws -> Attachment {
        try await read { db in
            guard try db.exists(Database.attachmentForViewer, [id, viewer, viewer]) else { throw Refusal.notFound() }
            return try db.attachment(id)
        }
    }

    /// Deletes an upload of one's own that no message holds.
    ///
    /// - Throws: `notFound` also for others', `conflict` for one that is in use.
    package func deleteAttachment(_ id: Attachment.ID, by owner: User.ID) async throws {
        try await change { change in
            try change.claim(id, by: owner, field: nil)
            try change.execute("UPDATE attachments SET deleted_at = ? WHERE id = ?", [change.now, id])
        }
    }

    /// Puts a failed picture into the queue again.
    ///
    /// - Throws: `notFound` also for what the viewer may not see, `conflict` unless it failed.
    package func retryRendering(
        _ id: Attachment.ID,
        for viewer: User.ID,
        once request: OnceRequest? = nil
    ) async throws -> Outcome<Attachment> {
        try await change { change in
            guard try change.db.exists(Database.attachmentForViewer, [id, viewer, viewer]) else {
                throw Refusal.notFound()
            }
            return try change.once(request, subject: \.id, again: { try $0.attachment($1) }) { change in
                try change.requeue(id)
            }
        }
    }
}

extension Change {
    fileprivate func complete(
        _ id: Attachment.ID,
        filename: String,
        facts: AttachmentFacts,
        failure: Attachment.Failure?
    ) throws -> Attachment {
        let state = failure != nil ? "failed" : facts.kind == .image ? "processing" : "ready"
        let completed = try execute(
            """
            UPDATE attachments SET state = ?, kind = ?, filename = ?, media_type = ?, byte_count = ?, sha256 = ?,
                width = ?, height = ?, is_animated = ?,
                failure_code = ?, failure_detail = ?
            WHERE id = ? AND state = 'receiving' AND deleted_at IS NULL
            """,
            [
                state, facts.kind, filename, facts.mediaType, facts.byteCount, facts.sha256,
                facts.width, facts.height, facts.isAnimated,
                failure?.code, failure?.detail, id,
            ]
        )
        guard completed == 1 else { throw Refusal.gone("The upload took too long. Send it again.") }
        return try db.attachment(id)
    }

    fileprivate func requeue(_ id: Attachment.ID) throws -> Attachment {
        let queued = try execute(
            """
            UPDATE attachments SET state = 'processing', attempts = 0, failure_code = NULL, failure_detail = NULL
            WHERE id = ? AND state = 'failed'
            """,
            [id]
        )
        guard queued == 1 else { throw Refusal.conflict("Only an attachment that failed can be tried again.") }
        return try db.attachment(id)
    }

    /// Takes an upload for a use that it can have only once. Who comes second, or is not its owner, gets nothing.
    ///
    /// - Throws: `notFound` also for others', `conflict` for one that is in use.
    func claim(_ id: Attachment.ID, by owner: User.ID, field: String?) throws {
        let claimed = try execute(
            """
            UPDATE attachments SET attached_at = ?
            WHERE id = ? AND owner_id = ? AND attached_at IS NULL AND deleted_at IS NULL AND state <> 'receiving'
            """,
            [now, id, owner]
        )
        guard claimed != 1 else { return }
        let isTheirs = try db.exists(
            """
            SELECT 1 FROM attachments
            WHERE id = ? AND owner_id = ? AND deleted_at IS NULL AND state <> 'receiving'
            """,
            [id, owner]
        )
        guard isTheirs else { throw Refusal.notFound(field: field) }
        throw Refusal.conflict("The attachment is in use already.", field: field)
    }

    func attach(
        _ id: Attachment.ID,
        to message: Message.ID,
        at ordinal: Int,
        in room: Room.ID,
        by owner: User.ID
    ) throws -> Attachment {
        try claim(id, by: owner, field: "attachment_ids")
        try execute(
            "UPDATE attachments SET room_id = ?, message_id = ?, ordinal = ? WHERE id = ?",
            [room, message, ordinal, id]
        )
        return try db.attachment(id)
    }
}

extension Database {
    static let attachmentForViewer = """
        SELECT 1 FROM attachments
        WHERE id = ? AND deleted_at IS NULL AND state <> 'receiving' AND (
            owner_id = ?
            OR EXISTS (SELECT 1 FROM members WHERE members.room_id = attachments.room_id AND members.user_id = ?))
        """

    static let attachmentColumns = """
        id, owner_id, kind, media_type, byte_count, sha256, width, height, is_animated, filename, state,
        failure_code, failure_detail, created_at, message_id
        """

    static let attachmentByID = """
        SELECT \(attachmentColumns) FROM attachments WHERE id = ? AND state <> 'receiving'
        """

    static let isUndeleted = "SELECT 1 FROM attachments WHERE id = ? AND deleted_at IS NULL"

    static let attachmentsOfMessage = """
        SELECT \(attachmentColumns) FROM attachments WHERE message_id = ? AND deleted_at IS NULL ORDER BY ordinal
        """

    static let variantsOfAttachment = """
        SELECT size, file_size, width, height, format, byte_count FROM variants WHERE attachment_id = ? ORDER BY size
        """

    /// - Throws: `notFound`.
    func attachment(_ id: Attachment.ID) throws -> Attachment {
        let row = try Row.fetchOne(cachedStatement(sql: Self.attachmentByID), arguments: [id])
        guard let row else { throw Refusal.notFound() }
        return try Attachment(row: row, db: self)
    }

    fileprivate func undeletedAttachment(_ id: Attachment.ID) throws -> Attachment {
        guard try exists(Self.isUndeleted, [id]) else { throw Refusal.notFound() }
        return try attachment(id)
    }

    func attachments(of message: Message.ID) throws -> [Attachment] {
        try Row.fetchAll(cachedStatement(sql: Self.attachmentsOfMessage), arguments: [message])
            .map { try Attachment(row: $0, db: self) }
    }

    fileprivate func variants(of attachment: Attachment.ID) throws -> [Variant] {
        try Row.fetchAll(cachedStatement(sql: Self.variantsOfAttachment), arguments: [attachment]).map { row in
            Variant(
                size: row[0],
                fileSize: row[1],
                width: row[2],
                height: row[3],
                format: row[4],
                byteCount: row[5]
            )
        }
    }
}

extension Attachment {
    fileprivate init(row: Row, db: Database) throws {
        let id: ID = row[0]
        let facts = AttachmentFacts(
            kind: row[2],
            mediaType: row[3],
            byteCount: row[4],
            sha256: row[5],
            width: row[6],
            height: row[7],
            isAnimated: row[8]
        )
        let status = Status(row: row)
        let hasVariants = facts.kind == .image && status == .ready
        self.init(
            id: id,
            ownerID: row[1],
            facts: facts,
            filename: row[9],
            status: status,
            variants: hasVariants ? try db.variants(of: id) : [],
            createdAt: row[13],
            messageID: row[14]
        )
    }
}

extension Attachment.Status {
    fileprivate init(row: Row) {
        switch row[10] as String {
        case "ready": self = .ready
        case "failed": self = .failed(Attachment.Failure(code: row[11], detail: row[12] ?? ""))
        default: self = .processing
        }
    }
}
