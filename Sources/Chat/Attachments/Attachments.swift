/// Files that people upload, from the first byte until the janitor removes them.
package struct Attachments: Sendable {
    let store: Store

    /// Writes down that an upload begins. Comes before its first byte, so that every file has a row or is garbage.
    ///
    /// - Parameters:
    ///   - key: One that has been used lets the upload in, whatever its size: it is answered with what it made before.
    ///   - byteCount: Returns the bytes that are to come at least. Called after the upload was counted, so that a request
    ///     which it refuses costs as much as any other.
    /// - Returns: How many uploads the person may begin at once after this; nil without a limit.
    /// - Throws: `rateLimited`, `queueFull`, `uploadedTooMuch`, `storesTooMuch`, and what `byteCount` throws.
    @discardableResult
    package func begin(
        _ id: Attachment.ID,
        by caller: Caller,
        idempotencyKey key: IdempotencyKey? = nil,
        expecting byteCount: () throws -> Int
    ) async throws -> Int? {
        let owner = caller.user
        let remaining = try store.begin(\.uploads, by: caller)
        let byteCount = try byteCount()
        try await store.change(about: [.person(owner)]) { [limits = store.limits] transaction in
            let isReplay = try key.map { try transaction.db.hasBeenUsed($0, at: transaction.now) } ?? false
            if !isReplay {
                try transaction.checkQueue(for: owner, limits)
                try transaction.checkQuotas(of: owner, for: byteCount, limits)
            }
            try transaction.execute(
                "INSERT INTO attachments (id, owner_id, state, created_at) VALUES (?, ?, 'receiving', ?)",
                [id, owner, transaction.now]
            )
        }
        return remaining
    }

    /// Removes an upload that did not finish; its bytes must be gone.
    package func abandon(_ id: Attachment.ID) async throws {
        try await store.change(about: []) { transaction in
            try transaction.execute("DELETE FROM attachments WHERE id = ? AND state = 'receiving'", [id])
        }
    }

    /// Writes down that the bytes are on the disk. A picture waits for its variants from here on.
    ///
    /// - Parameters:
    ///   - failure: Set for a picture that is seen to be damaged, or over a limit, without decoding it.
    ///   - renderCost: Estimated milliseconds of rendering.
    ///   - caller: Who began the upload.
    /// - Returns: The attachment; a repeat gives the first one, and `id` is left to be abandoned.
    /// - Throws: `gone` when the upload took so long that it was swept meanwhile, or the first one is gone;
    ///   `keyReused`; `queueFull`, `uploadedTooMuch` and `storesTooMuch` where others were quicker, or more came than was
    ///   expected.
    package func complete(
        _ id: Attachment.ID,
        filename: String,
        facts: AttachmentFacts,
        failure: Attachment.Failure? = nil,
        renderCost: Int = 0,
        by caller: Caller
    ) async throws -> Replayable<Attachment> {
        let upload = CompletedUpload(
            id: id,
            ownerID: caller.user,
            filename: filename,
            facts: facts,
            failure: failure,
            renderCost: renderCost
        )
        return try await store.change(about: [.person(caller.user)]) { [limits = store.limits] transaction in
            try transaction.idempotent(
                caller.idempotentRequest,
                subject: \.id,
                replay: { try $0.undeletedAttachment($1) }
            ) { transaction in
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
        try await store.read { try $0.attachment(id, for: viewer) }
    }

    /// Deletes an upload of the caller's that no message holds.
    ///
    /// - Throws: `notFound` also for others', `conflict` for one that is in use.
    package func delete(_ id: Attachment.ID, by caller: Caller) async throws {
        store.noteActivity(of: caller)
        try await store.change(about: []) { transaction in
            try transaction.claim(id, by: caller.user, field: nil)
            try transaction.execute("UPDATE attachments SET deleted_at = ? WHERE id = ?", [transaction.now, id])
            transaction.consequences.releasedAttachments.append(id)
        }
    }
}

extension Store {
    package var attachments: Attachments { Attachments(store: self) }
}
