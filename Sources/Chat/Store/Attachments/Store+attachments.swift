import Foundation
import GRDB

extension Store {
    /// Writes down that an upload begins. Comes before its first byte, so that every file has a row or is garbage.
    ///
    /// - Parameters:
    ///   - byteCount: Bytes that are to come at least.
    ///   - key: One that has been used lets the upload in, whatever it comes to: it will be told what it made before.
    /// - Throws: `queueFull`, `uploadedTooMuch`, `storesTooMuch`.
    package func beginUpload(
        _ id: Attachment.ID,
        by owner: User.ID,
        expecting byteCount: Int = 1,
        once key: OnceKey? = nil
    ) async throws {
        try await change { [limits] transaction in
            let isRepeat = try key.map { try transaction.db.row(of: $0, at: transaction.now) != nil } ?? false
            if !isRepeat {
                try transaction.checkQueue(for: owner, limits)
                try transaction.checkQuotas(of: owner, for: byteCount, limits)
            }
            try transaction.execute(
                "INSERT INTO attachments (id, owner_id, state, created_at) VALUES (?, ?, 'receiving', ?)",
                [id, owner, transaction.now]
            )
        }
    }

    /// Forgets an upload that did not finish; its bytes must be gone.
    package func abandonUpload(_ id: Attachment.ID) async throws {
        try await change { transaction in
            try transaction.execute("DELETE FROM attachments WHERE id = ? AND state = 'receiving'", [id])
        }
    }

    /// Writes down that the bytes are on the disk. A picture waits for its variants from here on.
    ///
    /// - Parameters:
    ///   - failure: Set for a picture that is seen to be damaged, or over a limit, without decoding it.
    ///   - renderCost: Estimated milliseconds of rendering.
    /// - Returns: The attachment; a repeat gives the first one, and `id` is left to be abandoned.
    /// - Throws: `gone` when the upload took so long that it was swept meanwhile, or the first one is gone;
    ///   `keyReused`; `queueFull`, `uploadedTooMuch` and `storesTooMuch` where others were quicker, or more came than was
    ///   expected.
    package func completeUpload(
        _ id: Attachment.ID,
        filename: String,
        facts: AttachmentFacts,
        failure: Attachment.Failure? = nil,
        renderCost: Int = 0,
        once request: OnceRequest? = nil
    ) async throws -> Outcome<Attachment> {
        let upload = CompletedUpload(
            id: id,
            filename: filename,
            facts: facts,
            failure: failure,
            renderCost: renderCost
        )
        return try await change { [limits] transaction in
            try transaction.once(request, subject: \.id, again: { try $0.undeletedAttachment($1) }) { transaction in
                let attachment = try transaction.complete(upload, limits)
                transaction.consequences.hasQueuedRendering = attachment.status == .processing
                return attachment
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
        try await change { transaction in
            try transaction.claim(id, by: owner, field: nil)
            try transaction.execute("UPDATE attachments SET deleted_at = ? WHERE id = ?", [transaction.now, id])
            transaction.consequences.releasedAttachments.append(id)
        }
    }

    /// Puts a failed picture into the queue again, with its retries before it as at first. What it has brought down is
    /// not forgotten.
    ///
    /// - Throws: `notFound` also for what the viewer may not see, `conflict` unless it failed, and for one in quarantine;
    ///   `queueFull`.
    package func retryRendering(
        _ id: Attachment.ID,
        for viewer: User.ID,
        once request: OnceRequest? = nil
    ) async throws -> Outcome<Attachment> {
        try await change { [limits] transaction in
            guard try transaction.db.exists(Database.attachmentForViewer, [id, viewer, viewer]) else {
                throw Refusal.notFound()
            }
            return try transaction.once(request, subject: \.id, again: { try $0.attachment($1) }) { transaction in
                let attachment = try transaction.requeue(id, limits)
                transaction.consequences.hasQueuedRendering = true
                // No event tells of this, but the page that holds the picture has changed.
                transaction.consequences.changedPages = .all
                return attachment
            }
        }
    }
}

extension WriteTransaction {
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
