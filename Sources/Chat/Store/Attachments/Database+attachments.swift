import Foundation
import GRDB

extension Database {
    static let attachmentForViewer = """
        SELECT 1 FROM attachments
        WHERE id = ? AND deleted_at IS NULL AND state <> 'receiving' AND (
            owner_id = ?
            OR EXISTS (SELECT 1 FROM members WHERE members.room_id = attachments.room_id AND members.user_id = ?))
        """

    static let attachmentColumns = """
        id, attachments.owner_id, kind, media_type, byte_count, attachments.sha256, width, height, is_animated, filename,
        renderings.state, failure_code, failure_detail, next_attempt_at, created_at, message_id, removed_metadata,
        placeholder, animation_width, animation_height, animation_byte_count, is_damaged, has_hdr
        """

    /// Plain files have no rendering.
    static let attachmentTables = "attachments LEFT JOIN renderings ON renderings.attachment_id = attachments.id"

    static let attachmentByID = """
        SELECT \(attachmentColumns) FROM \(attachmentTables) WHERE id = ? AND attachments.state <> 'receiving'
        """

    static let isUndeleted = "SELECT 1 FROM attachments WHERE id = ? AND deleted_at IS NULL"

    static let attachmentsOfMessage = """
        SELECT \(attachmentColumns) FROM \(attachmentTables)
        WHERE message_id = ? AND deleted_at IS NULL ORDER BY ordinal
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

    func undeletedAttachment(_ id: Attachment.ID) throws -> Attachment {
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
            isAnimated: row[8],
            removedMetadata: (row[16] as String).split(separator: ",").map(String.init),
            hasHDR: row[22]
        )
        let status = Status(row[10], Failure(row, at: 11))
        let hasVariants = facts.kind == .image && status == .ready
        self.init(
            id: id,
            ownerID: row[1],
            facts: facts,
            filename: row[9],
            status: status,
            variants: hasVariants ? try db.variants(of: id) : [],
            placeholder: row[17],
            animation: Animation(row: row),
            isDamaged: row[21],
            createdAt: row[14],
            messageID: row[15]
        )
    }
}

extension Animation {
    fileprivate init?(row: Row) {
        guard let width: Int = row[18] else { return nil }
        self.init(width: width, height: row[19], byteCount: row[20])
    }
}
