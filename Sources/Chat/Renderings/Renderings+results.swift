import FoundationEssentials

/// The changes here depend on no subject: conditional updates of the rendering decide, and the room's row gives the
/// number of the event.
extension Renderings {
    /// Makes the variants visible and records the event in the room. Their files must be on the disk.
    ///
    /// - Parameters:
    ///   - placeholder: A ThumbHash of 5–64 bytes.
    ///   - animation: The animated form, if there is one.
    ///   - isDamaged: Whether part of the picture is missing or wrong.
    /// - Returns: The attachment; nil if it was deleted in the meantime, in which case its files are removed.
    @discardableResult
    package func finish(
        _ id: Attachment.ID,
        variants: [Variant],
        placeholder: Data? = nil,
        animation: Animation? = nil,
        isDamaged: Bool = false
    ) async throws -> Attachment? {
        try await store.change(about: [], for: .maintaining) { transaction in
            transaction.consequences.finishedRenderings.append(id)
            guard try transaction.markFinished(id) else {
                transaction.consequences.releasedAttachments.append(id)
                return nil
            }
            try transaction.writeResult(id, placeholder, animation, isDamaged: isDamaged)
            try transaction.insert(variants, of: id)
            return try transaction.recordEvent(of: id, variants) { .attachmentReady($0, in: $1) }
        }
    }

    /// Ends a failed attempt, and records the event in the room if the picture has failed.
    ///
    /// - Returns: Nil if the picture was deleted in the meantime.
    package func recordFailure(_ id: Attachment.ID, _ problem: RenderProblem) async throws -> FailureDecision? {
        try await store.change(about: [], for: .maintaining) { [retries = store.retries] transaction in
            let (db, now) = (transaction.db, transaction.now)
            guard var rendering = try db.unfinishedRendering(of: id) else {
                transaction.consequences.finishedRenderings.append(id)
                return nil
            }
            let crashes = try db.crashes(ofSameContent: rendering.sha256, as: id, at: now)
            let decision = rendering.fail(problem, crashes: crashes, retries, at: now)
            try transaction.update(rendering)
            if case .failed = decision {
                _ = try transaction.recordEvent(of: id) { .attachmentFailed($0, in: $1) }
                transaction.consequences.finishedRenderings.append(id)
            }
            return decision
        }
    }
}

extension WriteTransaction {
    /// - Returns: Whether the rendering was still wanted.
    fileprivate func markFinished(_ id: Attachment.ID) throws -> Bool {
        try execute(
            """
            UPDATE renderings SET state = 'finished', failure_code = NULL, failure_detail = NULL, next_attempt_at = NULL
            WHERE attachment_id = ? AND \(Snapshot.isUnfinished)
            """,
            [id]
        ) == 1
    }

    fileprivate func writeResult(
        _ id: Attachment.ID,
        _ placeholder: Data?,
        _ animation: Animation?,
        isDamaged: Bool
    ) throws {
        try execute(
            """
            UPDATE attachments SET is_damaged = ?, placeholder = ?, animation_width = ?, animation_height = ?,
                animation_byte_count = ?
            WHERE id = ?
            """,
            [isDamaged, placeholder, animation?.width, animation?.height, animation?.byteCount, id]
        )
    }

    /// Runs one statement for all variants; there is at most one per size.
    fileprivate func insert(_ variants: [Variant], of id: Attachment.ID) throws {
        guard !variants.isEmpty else { return }
        let rows = Array(repeating: "(?, ?, ?, ?, ?, ?, ?)", count: variants.count).joined(separator: ", ")
        let values = variants.reduce(into: SQLValues()) { values, variant in
            values += [
                id, variant.size, variant.fileSize, variant.width, variant.height, variant.format, variant.byteCount,
            ]
        }
        // A picture that is rendered again has variants already.
        try execute(
            """
            INSERT INTO variants (attachment_id, size, file_size, width, height, format, byte_count) VALUES \(rows)
            ON CONFLICT (attachment_id, size) DO UPDATE SET file_size = excluded.file_size, width = excluded.width,
                height = excluded.height, format = excluded.format, byte_count = excluded.byte_count
            """,
            values
        )
    }

    /// Records the result of a rendering in the room that the picture was sent to, if it was sent.
    ///
    /// - Parameter variants: The variants of the picture, which are not read again.
    fileprivate mutating func recordEvent(
        of id: Attachment.ID,
        _ variants: [Variant] = [],
        _ content: (Attachment, Message.ID) -> Event.Content
    ) throws -> Attachment {
        let found = try db.first(Snapshot.attachmentWithRoom, [id]) { row in
            (attachment: Attachment(row: row, at: 0), room: row[Attachment.columnCount] as Room.ID?)
        }
        guard let found else { throw Refusal.notFound() }
        var attachment = found.attachment
        attachment.variants = variants.sorted { $0.size < $1.size }
        if let message = attachment.messageID, let room = found.room {
            try record(content(attachment, message), in: room)
        }
        return attachment
    }
}

extension Snapshot {
    static let attachmentWithRoom = """
        SELECT \(attachmentColumns), attachments.room_id FROM \(attachmentTables) WHERE attachments.id = ?
        """
}
