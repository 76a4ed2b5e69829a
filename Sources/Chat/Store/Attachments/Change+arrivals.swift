import GRDB
import Vocabulary

/// An upload whose bytes are on the disk.
struct ArrivedUpload: Sendable {
    let id: Attachment.ID
    let filename: String
    let facts: AttachmentFacts
    /// Set for a picture that is seen to be damaged, or over a limit, without decoding it.
    let failure: Attachment.Failure?
    /// Estimated milliseconds of rendering.
    let renderCost: Int
}

/// What an upload is from its arrival on.
private enum Prospect {
    case ready
    /// To be rendered at its turn.
    case waiting(turn: Timestamp)
    /// - Parameter rejectedAt: When the same bytes were tried.
    case failed(Attachment.Failure, rejectedAt: Timestamp?)

    /// For `state`, `turn_at`, `failure_code`, `failure_detail` and `rejected_at`.
    var values: StatementArguments {
        switch self {
        case .ready: ["ready", 0, nil, nil, nil]
        case .waiting(let turn): ["processing", turn, nil, nil, nil]
        case .failed(let failure, let time): ["failed", 0, failure.code, failure.detail, time]
        }
    }
}

extension WriteTransaction {
    func complete(_ upload: ArrivedUpload, _ limits: ChatLimits) throws -> Attachment {
        let owner = try db.uploader(of: upload.id)
        let byteCount = Int(upload.facts.byteCount)
        // Asked again here: others came meanwhile, and a body without a length may be any.
        try checkQuotas(of: owner, for: byteCount, limits)
        try countUploaded(byteCount, by: owner)
        try write(upload, try prospect(of: upload, by: owner, limits))
        return try db.attachment(upload.id)
    }

    private func prospect(
        of upload: ArrivedUpload,
        by owner: User.ID,
        _ limits: ChatLimits
    ) throws -> Prospect {
        if let failure = upload.failure { return .failed(failure, rejectedAt: nil) }
        guard upload.facts.kind == .image else { return .ready }
        if let verdict = try db.verdict(onBytes: upload.facts.sha256, at: now) {
            return .failed(verdict.failure, rejectedAt: verdict.time)
        }
        try checkQueue(for: owner, limits)
        return .waiting(turn: try turn(of: owner, cost: upload.renderCost))
    }

    private func write(_ upload: ArrivedUpload, _ prospect: Prospect) throws {
        let facts = upload.facts
        try execute(
            """
            UPDATE attachments SET kind = ?, filename = ?, media_type = ?, byte_count = ?, sha256 = ?,
                width = ?, height = ?, is_animated = ?, removed_metadata = ?, has_hdr = ?, render_cost = ?,
                state = ?, turn_at = ?, failure_code = ?, failure_detail = ?, rejected_at = ?
            WHERE id = ?
            """,
            [
                facts.kind, upload.filename, facts.mediaType, facts.byteCount, facts.sha256,
                facts.width, facts.height, facts.isAnimated, facts.removedMetadata.joined(separator: ","),
                facts.hasHDR, upload.renderCost,
            ] + prospect.values + [upload.id]
        )
    }

    /// - Throws: `conflict`, `queueFull`.
    func requeue(_ id: Attachment.ID, _ limits: ChatLimits) throws -> Attachment {
        let attachment = try db.attachment(id)
        guard case .failed(let failure) = attachment.status else {
            throw Refusal.conflict("Only an attachment that failed can be tried again.")
        }
        guard attachment.facts.kind == .image else {
            throw Refusal.conflict("The picture is over a limit and kept as a file. It is not tried again.")
        }
        guard failure.code != Attachment.Failure.quarantined else {
            throw Refusal.conflict(
                "The picture, or another one of the same bytes, has brought down the renderer twice. It is not tried again."
            )
        }
        try checkQueue(for: attachment.ownerID, limits)
        let cost = try Int.fetchOne(db, sql: "SELECT render_cost FROM attachments WHERE id = ?", arguments: [id]) ?? 0
        try execute(
            """
            UPDATE attachments SET state = 'processing', failure_code = NULL, failure_detail = NULL,
                retries = 0, retry_at = NULL, rejected_at = NULL, attempts = deaths, turn_at = ?
            WHERE id = ?
            """,
            [try turn(of: attachment.ownerID, cost: cost), id]
        )
        if let message = attachment.messageID { try markChangedWithoutEvent(message) }
        return try db.attachment(id)
    }

    /// The change lies between two events; it counts as part of the next one.
    private func markChangedWithoutEvent(_ message: Message.ID) throws {
        try execute(
            """
            UPDATE messages SET changed_seq = (SELECT last_seq + 1 FROM rooms WHERE rooms.id = messages.room_id)
            WHERE id = ?
            """,
            [message]
        )
    }
}

extension Database {
    static let uploader = """
        SELECT owner_id FROM attachments WHERE id = ? AND state = 'receiving' AND deleted_at IS NULL
        """

    /// - Throws: `gone` when the upload was swept meanwhile.
    fileprivate func uploader(of id: Attachment.ID) throws -> User.ID {
        guard let owner = try User.ID.fetchOne(cachedStatement(sql: Self.uploader), arguments: [id]) else {
            throw Refusal.gone("The upload took too long. Send it again.")
        }
        return owner
    }
}
