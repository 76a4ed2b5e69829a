import Vocabulary

/// An upload whose bytes are on the disk.
struct CompletedUpload: Sendable {
    let id: Attachment.ID
    let ownerID: User.ID
    let filename: String
    let facts: AttachmentFacts
    /// Set if the picture is known to be damaged, or over a limit, without decoding it.
    let failure: Attachment.Failure?
    /// Estimated milliseconds of rendering.
    let renderCost: Int
}

extension WriteTransaction {
    /// - Throws: `gone` if the upload has been swept; `queueFull`, `uploadedTooMuch`, `storesTooMuch`.
    func complete(_ upload: CompletedUpload, _ limits: ChatLimits) throws -> Attachment {
        guard try db.exists(Snapshot.receivingUpload, [upload.id, upload.ownerID]) else {
            throw Refusal.gone("The upload took too long. Send it again.")
        }
        let byteCount = Int(upload.facts.byteCount)
        // Checked again: other uploads may have completed since, and a body without a length can have any size.
        try checkQuotas(of: upload.ownerID, for: byteCount, limits)
        try countUploaded(byteCount, by: upload.ownerID)
        let rendering = try rendering(of: upload, limits)
        try write(upload)
        if let rendering { try insert(rendering) }
        return try db.attachment(upload.id)
    }

    /// - Returns: Nil for a plain file.
    private func rendering(of upload: CompletedUpload, _ limits: ChatLimits) throws -> Rendering? {
        let (owner, sha256) = (upload.ownerID, upload.facts.sha256)
        var rendering = Rendering(attachmentID: upload.id, ownerID: owner, sha256: sha256, cost: upload.renderCost)
        if let failure = upload.failure {
            (rendering.state, rendering.failure) = (.failed, failure)
            return rendering
        }
        guard upload.facts.kind == .image else { return nil }
        if let known = try db.knownFailure(ofContent: sha256, at: now) {
            (rendering.state, rendering.failure, rendering.contentFailedAt) = (.failed, known.failure, known.time)
        } else {
            try checkQueue(for: owner, limits)
            rendering.queuePriority = try virtualFinishTime(of: owner, cost: rendering.cost)
        }
        return rendering
    }

    private func write(_ upload: CompletedUpload) throws {
        let facts = upload.facts
        try execute(
            """
            UPDATE attachments SET state = 'received', kind = ?, filename = ?, media_type = ?, byte_count = ?, sha256 = ?,
                width = ?, height = ?, is_animated = ?, removed_metadata = ?, has_hdr = ?
            WHERE id = ?
            """,
            [
                facts.kind, upload.filename, facts.mediaType, facts.byteCount, facts.sha256,
                facts.width, facts.height, facts.isAnimated, facts.removedMetadata.joined(separator: ","),
                facts.hasHDR, upload.id,
            ]
        )
    }
}

extension Snapshot {
    static let receivingUpload = """
        SELECT 1 FROM attachments WHERE id = ? AND owner_id = ? AND state = 'receiving' AND deleted_at IS NULL
        """
}
