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

/// An upload can be claimed once: by a message, as an avatar, or for its deletion. A claim is one conditional update,
/// so only one of several concurrent claims succeeds.
extension WriteTransaction {
    /// Claims an upload.
    ///
    /// - Throws: `notFound`, also for an upload of somebody else; `conflict` if it is in use.
    func claim(_ id: Attachment.ID, by owner: User.ID, field: String?) throws {
        let claimed = try execute(
            """
            UPDATE attachments SET attached_at = ?
            WHERE id = ? AND owner_id = ? AND attached_at IS NULL AND deleted_at IS NULL AND state <> 'receiving'
            """,
            [now, id, owner]
        )
        guard claimed != 1 else { return }
        let isOwn = try db.exists("SELECT 1 FROM attachments WHERE id = ? AND \(Self.isUsable)", [id, owner])
        throw isOwn ? Self.inUse(field: field) : Refusal.notFound(field: field)
    }

    /// Attaches uploads to a message: all of them or none.
    ///
    /// - Returns: The attachments, in the same order.
    /// - Throws: `notFound`, also for an upload of somebody else; `conflict` if one is in use. The first upload that
    ///   cannot be attached decides.
    func attach(
        _ ids: [Attachment.ID],
        to message: Message.ID,
        in room: Room.ID,
        by owner: User.ID
    ) throws -> [Attachment] {
        guard !ids.isEmpty else { return [] }
        let list = SQLList(rows: ids.enumerated().map { [$0.element, $0.offset] })
        let claimed = try execute(Self.attaching(list.places), list.values + [now, room, message, owner])
        guard claimed == ids.count else { throw try refusal(of: ids, for: message, by: owner) }
        return try db.attachments(of: [message])[message] ?? []
    }

    static func attaching(_ places: String) -> String {
        """
        WITH claimed (id, ordinal) AS (VALUES \(places))
        UPDATE attachments SET attached_at = ?, room_id = ?, message_id = ?, ordinal = claimed.ordinal FROM claimed
        WHERE attachments.id = claimed.id AND attachments.owner_id = ? AND attachments.attached_at IS NULL
            AND attachments.deleted_at IS NULL AND attachments.state <> 'receiving'
        """
    }

    static func usableAttachments(in places: String) -> String {
        "SELECT id, message_id FROM attachments WHERE id IN (\(places)) AND \(isUsable)"
    }

    /// Condition: the upload is complete, has not been deleted, and belongs to the person.
    private static let isUsable = "owner_id = ? AND deleted_at IS NULL AND state <> 'receiving'"

    private static func inUse(field: String?) -> Refusal {
        .conflict("The attachment is already in use.", field: field)
    }

    /// The reason why the uploads could not all be attached.
    private func refusal(of ids: [Attachment.ID], for message: Message.ID, by owner: User.ID) throws -> Refusal {
        let list = SQLList(ids)
        var holders: [Attachment.ID: Message.ID?] = [:]
        try db.forEach(Self.usableAttachments(in: list.places), list.values + [owner]) { row in
            holders.updateValue(row[1], forKey: row[0])
        }
        let field = "attachment_ids"
        let first = ids.first { holders[$0] != .some(message) }
        let isOwn = first.map { holders.keys.contains($0) } ?? false
        return isOwn ? Self.inUse(field: field) : .notFound(field: field)
    }
}
