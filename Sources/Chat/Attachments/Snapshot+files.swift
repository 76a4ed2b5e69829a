import FoundationEssentials
import Vocabulary

/// The files that the row of an attachment refers to.
package struct AttachmentFiles: Sendable, Equatable {
    /// A file of a picture's variants. Sizes with the same content share one.
    package struct Variant: Sendable, Equatable {
        package let size: VariantSize
        package let format: VariantFormat
        package let byteCount: Int
    }

    package let id: Attachment.ID
    /// Bytes of the original.
    package let byteCount: Int
    /// SHA-256 of the original, 32 bytes.
    package let sha256: Data
    package let animationByteCount: Int?
    package fileprivate(set) var variants: [Variant] = []
}

extension Snapshot {
    static let attachmentsWithFiles = """
        SELECT id, byte_count, sha256, animation_byte_count FROM attachments
        WHERE id > ? AND state = 'received' AND deleted_at IS NULL ORDER BY id LIMIT ?
        """

    static func variantFiles(in places: String) -> String {
        """
        SELECT attachment_id, file_size, format, max(byte_count) FROM variants WHERE attachment_id IN (\(places))
        GROUP BY attachment_id, file_size, format ORDER BY attachment_id, file_size, format
        """
    }

    /// The files of received attachments that are not deleted, ordered by the bytes of their ids. Runs two statements.
    ///
    /// - Parameters:
    ///   - id: The last one of the previous page; nil for the first page.
    ///   - limit: At least 1.
    package func attachmentFiles(after id: Attachment.ID?, limit: Int) throws -> [AttachmentFiles] {
        // Sorts before every id, because ids are UUIDs of a version.
        let first = Attachment.ID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
        var page = try all(Self.attachmentsWithFiles, [id ?? first, limit]) { row in
            AttachmentFiles(id: row[0], byteCount: row[1], sha256: row[2], animationByteCount: row[3])
        }
        guard !page.isEmpty else { return [] }
        let list = SQLList(page.map(\.id))
        var variants: [Attachment.ID: [AttachmentFiles.Variant]] = [:]
        try forEach(Self.variantFiles(in: list.places), list.values) { row in
            let variant = AttachmentFiles.Variant(size: row[1], format: row[2], byteCount: row[3])
            variants[row[0], default: []].append(variant)
        }
        for index in page.indices { page[index].variants = variants[page[index].id] ?? [] }
        return page
    }

    /// Returns a finished picture whose variants are gone to the queue, as if it had just been uploaded. Must be called
    /// in a transaction of a database that no server uses.
    package func forgetVariants(of id: Attachment.ID) throws {
        let statements = [
            "DELETE FROM variants WHERE attachment_id = ?",
            """
            UPDATE attachments SET animation_width = NULL, animation_height = NULL, animation_byte_count = NULL
            WHERE id = ?
            """,
            "UPDATE renderings SET state = 'waiting' WHERE attachment_id = ? AND state = 'finished'",
        ]
        for statement in statements { try connection.execute(statement, SQLValues([id.sqlValue]).values) }
    }
}
