import FoundationEssentials

extension Snapshot {
    /// The columns that `Attachment.init(row:at:)` reads.
    static let attachmentColumns = """
        attachments.id, attachments.owner_id, attachments.kind, attachments.media_type, attachments.byte_count,
        attachments.sha256, attachments.width, attachments.height, attachments.is_animated, attachments.removed_metadata,
        attachments.has_hdr, attachments.filename, renderings.state, renderings.failure_code, renderings.failure_detail,
        renderings.next_attempt_at, attachments.placeholder, attachments.animation_width, attachments.animation_height,
        attachments.animation_byte_count, attachments.is_damaged, attachments.created_at, attachments.message_id
        """

    /// Plain files have no rendering.
    static let attachmentTables = "attachments LEFT JOIN renderings ON renderings.attachment_id = attachments.id"

    static let attachmentByID = """
        SELECT \(attachmentColumns) FROM \(attachmentTables)
        WHERE attachments.id = ? AND attachments.state <> 'receiving'
        """

    static let undeletedAttachment = attachmentByID + " AND attachments.deleted_at IS NULL"

    static let attachmentForViewer = """
        \(undeletedAttachment) AND (
            attachments.owner_id = ?
            OR EXISTS (SELECT 1 FROM members WHERE members.room_id = attachments.room_id AND members.user_id = ?))
        """

    static func attachmentsOfMessages(in places: String) -> String {
        """
        SELECT \(attachmentColumns) FROM \(attachmentTables)
        WHERE attachments.message_id IN (\(places)) AND attachments.deleted_at IS NULL
        ORDER BY attachments.message_id, attachments.ordinal
        """
    }

    static func variantsOfAttachments(in places: String) -> String {
        """
        SELECT attachment_id, size, file_size, width, height, format, byte_count FROM variants
        WHERE attachment_id IN (\(places)) ORDER BY attachment_id, size
        """
    }

    /// - Throws: `notFound`.
    func attachment(_ id: Attachment.ID) throws -> Attachment {
        try attachment(Self.attachmentByID, [id])
    }

    /// - Throws: `notFound`.
    func undeletedAttachment(_ id: Attachment.ID) throws -> Attachment {
        try attachment(Self.undeletedAttachment, [id])
    }

    /// - Throws: `notFound`, also for an attachment that the viewer may not see.
    func attachment(_ id: Attachment.ID, for viewer: User.ID) throws -> Attachment {
        try attachment(Self.attachmentForViewer, [id, viewer, viewer])
    }

    private func attachment(_ sql: String, _ values: SQLValues) throws -> Attachment {
        guard let attachment = try first(sql, values, { Attachment(row: $0, at: 0) }) else { throw Refusal.notFound() }
        var attachments = [attachment]
        try loadVariants(of: &attachments)
        return attachments[0]
    }

    /// The attachments of each message, in their order. Runs at most two statements, and none without messages.
    func attachments(of messages: some Collection<Message.ID>) throws -> [Message.ID: [Attachment]] {
        guard !messages.isEmpty else { return [:] }
        let list = SQLList(messages)
        var attachments = try all(Self.attachmentsOfMessages(in: list.places), list.values) { row in
            Attachment(row: row, at: 0)
        }
        try loadVariants(of: &attachments)
        var ofMessages: [Message.ID: [Attachment]] = [:]
        for attachment in attachments {
            if let message = attachment.messageID { ofMessages[message, default: []].append(attachment) }
        }
        return ofMessages
    }

    /// Loads the variants of those attachments that are ready pictures. Runs one statement, and none without such
    /// pictures.
    func loadVariants(of attachments: inout [Attachment]) throws {
        let variants = try variants(of: attachments.lazy.filter(\.hasVariants).map(\.id))
        guard !variants.isEmpty else { return }
        for index in attachments.indices { attachments[index].variants = variants[attachments[index].id] ?? [] }
    }

    /// The variants of each attachment, smallest first. Runs one statement, and none without attachments.
    func variants(of attachments: some Collection<Attachment.ID>) throws -> [Attachment.ID: [Variant]] {
        guard !attachments.isEmpty else { return [:] }
        let list = SQLList(attachments)
        var variants: [Attachment.ID: [Variant]] = [:]
        try forEach(Self.variantsOfAttachments(in: list.places), list.values) { row in
            variants[row[0], default: []].append(Variant(row: row))
        }
        return variants
    }
}

extension Attachment {
    /// The number of columns that `init(row:at:)` reads.
    static let columnCount = 23

    /// Reads `Snapshot.attachmentColumns`, starting at `offset`. The variants are loaded by `loadVariants`.
    init(row: ResultRow, at offset: Int) {
        self.init(
            id: row[offset],
            ownerID: row[offset + 1],
            facts: AttachmentFacts(row: row, at: offset + 2),
            filename: row[offset + 11],
            status: Status(row[offset + 12], Failure(row, at: offset + 13)),
            placeholder: row[offset + 16],
            animation: Animation(row: row, at: offset + 17),
            isDamaged: row[offset + 20],
            createdAt: row[offset + 21],
            messageID: row[offset + 22]
        )
    }

    /// Nil if the row has no attachment, as after a left join.
    init?(ifAny row: ResultRow, at offset: Int) {
        guard row[offset] as ID? != nil else { return nil }
        self.init(row: row, at: offset)
    }

    fileprivate var hasVariants: Bool { facts.kind == .image && status == .ready }
}

extension AttachmentFacts {
    fileprivate init(row: ResultRow, at offset: Int) {
        self.init(
            kind: row[offset],
            mediaType: row[offset + 1],
            byteCount: row[offset + 2],
            sha256: row[offset + 3],
            width: row[offset + 4],
            height: row[offset + 5],
            isAnimated: row[offset + 6],
            removedMetadata: (row[offset + 7] as String).split(separator: ",").map(String.init),
            hasHDR: row[offset + 8]
        )
    }
}

extension Animation {
    fileprivate init?(row: ResultRow, at offset: Int) {
        guard let width: Int = row[offset] else { return nil }
        self.init(width: width, height: row[offset + 1], byteCount: row[offset + 2])
    }
}

extension Variant {
    fileprivate init(row: ResultRow) {
        self.init(
            size: row[1],
            fileSize: row[2],
            width: row[3],
            height: row[4],
            format: row[5],
            byteCount: row[6]
        )
    }
}

extension Attachment.Kind: SQLConvertible {}
