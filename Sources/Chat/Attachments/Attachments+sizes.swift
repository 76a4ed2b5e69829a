/// Sizes of what is stored, for monitoring.
extension Attachments {
    /// Bytes of the originals that people store. Reads one sum for each person.
    package func originalBytes() async throws -> Int64 {
        try await store.read { try $0.value(Int64.self, Snapshot.allStoredBytes) ?? 0 }
    }

    /// Bytes of the variants of the next attachments behind `id`, so that a walk over all of them never reads for long.
    ///
    /// - Parameters:
    ///   - id: The last attachment of the step before; nil for the first step.
    ///   - limit: Most attachments of the step.
    /// - Returns: The bytes, and the last attachment; nil after the last step.
    package func variantBytes(
        after id: Attachment.ID?,
        limit: Int
    ) async throws -> (byteCount: Int64, last: Attachment.ID?) {
        try await store.read { db in
            let first = id == nil
            let sizes: [(id: Attachment.ID, byteCount: Int64)] = try db.all(
                first ? Snapshot.firstVariantBytes : Snapshot.variantBytesAfter,
                first ? [limit] : [id, limit]
            ) { ($0[0], $0[1]) }
            return (sizes.reduce(0) { $0 + $1.byteCount }, sizes.count < limit ? nil : sizes.last?.id)
        }
    }
}

extension Snapshot {
    static let allStoredBytes = "SELECT CAST(sum(byte_count) AS BIGINT) FROM stored_bytes"
    static let firstVariantBytes = variantBytes("")
    static let variantBytesAfter = variantBytes("AND a.id > ?")

    private static func variantBytes(_ condition: String) -> String {
        """
        SELECT a.id, COALESCE(a.animation_byte_count, 0)
            + COALESCE((SELECT CAST(sum(v.byte_count) AS BIGINT) FROM variants v WHERE v.attachment_id = a.id), 0)
        FROM attachments a WHERE a.deleted_at IS NULL \(condition) ORDER BY a.id LIMIT ?
        """
    }
}
