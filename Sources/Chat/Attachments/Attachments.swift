/// Files that people upload, from the first byte until the janitor removes them.
package struct Attachments: Sendable {
    let store: Store

    /// Records that an upload begins. Called before its first byte is written, so that a file without a row is known to
    /// be garbage.
    ///
    /// - Parameters:
    ///   - key: For a key that has been used before, the queue and the quotas are not checked: the request is answered
    ///     with the earlier upload.
    ///   - byteCount: Returns the least number of bytes to expect. Called after the rate limit has been charged, so
    ///     that a request that it refuses counts like any other.
    /// - Returns: How many more uploads the person may begin at once; nil without a limit.
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
        try await store.change(about: [.person(owner)], for: .uploading) { [limits = store.limits] transaction in
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

    /// Removes the row of an unfinished upload, whose bytes must have been removed before. Does not use the reserve of a
    /// full disk: a row that remains is found by the janitor.
    package func abandon(_ id: Attachment.ID) async throws {
        try await store.change(about: [], for: .maintaining) { transaction in
            try transaction.execute("DELETE FROM attachments WHERE id = ? AND state = 'receiving'", [id])
        }
    }

    /// Records that the bytes are on the disk. From then on, a picture waits for its variants.
    ///
    /// - Parameters:
    ///   - failure: Set if the picture is known to be damaged, or over a limit, without decoding it.
    ///   - renderCost: Estimated milliseconds of rendering.
    ///   - caller: The person who began the upload.
    /// - Returns: The attachment. For a repeated request it is the first one, and `id` has to be abandoned.
    /// - Throws: `gone` if the upload took so long that it was swept, or if the attachment of the first request no
    ///   longer exists; `keyReused`; `queueFull`, `uploadedTooMuch` and `storesTooMuch` if other uploads completed
    ///   first or more bytes arrived than expected.
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

    /// An attachment that the viewer may see: their own, or one in a room that they are a member of.
    ///
    /// - Throws: `notFound`.
    package func attachment(_ id: Attachment.ID, for viewer: User.ID) async throws -> Attachment {
        try await store.read { try $0.attachment(id, for: viewer) }
    }

    /// Deletes one of the caller's uploads that is not in use.
    ///
    /// - Throws: `notFound`, also for an upload of somebody else; `conflict` if it is in use.
    package func delete(_ id: Attachment.ID, by caller: Caller) async throws {
        store.noteActivity(of: caller)
        try await store.change(about: [], for: .deleting) { transaction in
            try transaction.claim(id, by: caller.user, field: nil)
            try transaction.execute("UPDATE attachments SET deleted_at = ? WHERE id = ?", [transaction.now, id])
            transaction.consequences.releasedAttachments.append(id)
        }
    }
}

extension Store {
    package var attachments: Attachments { Attachments(store: self) }
}
