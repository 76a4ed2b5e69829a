import FoundationEssentials
import Vocabulary

/// The janitor's queries and changes. Each claim is a single conditional update of the attachment's row, so a janitor
/// and a message that claim the same attachment cannot both succeed.
extension Attachments {
    /// Ids per statement.
    private static let batch = 1000

    /// Uploads that began before `time` and never finished.
    package func stale(before time: Timestamp, limit: Int) async throws -> [Attachment.ID] {
        try await ids(Snapshot.staleUploads, [time, limit])
    }

    /// Attachments that were uploaded before `time` and are not used anywhere.
    package func unattached(before time: Timestamp, limit: Int) async throws -> [Attachment.ID] {
        try await ids(Snapshot.unattached, [time, limit])
    }

    /// Attachments whose files are to be removed, in the order in which they were deleted.
    ///
    /// - Parameters:
    ///   - time: Only those that were deleted before it; all of them if nil.
    ///   - previous: Only those after this one; from the first one if nil.
    package func deleted(
        before time: Timestamp? = nil,
        after previous: DeletedAttachment? = nil,
        limit: Int
    ) async throws -> [DeletedAttachment] {
        let start: SQLValues = [
            previous?.deletedAt ?? Timestamp(milliseconds: .min), previous?.id ?? .lowest,
        ]
        let bounds: SQLValues = [time ?? Timestamp(milliseconds: .max)] + start + [limit]
        return try await store.read { db in
            try db.all(Snapshot.deletedAttachments, bounds) {
                DeletedAttachment(id: $0[0], deletedAt: $0[1], sha256: $0[2])
            }
        }
    }

    /// Marks the attachment for removal unless it has been attached in the meantime.
    ///
    /// - Returns: Whether this call marked it.
    package func markUnused(_ id: Attachment.ID) async throws -> Bool {
        try await markUnused([id]) == 1
    }

    /// Marks those attachments for removal that have not been attached in the meantime, in one transaction. Runs one
    /// statement per thousand attachments.
    ///
    /// - Returns: The number of attachments that this call marked.
    package func markUnused(_ ids: [Attachment.ID]) async throws -> Int {
        try await mark(ids, Snapshot.markUnused(in:))
    }

    /// Marks those uploads for removal that have not been completed in the meantime, in one transaction. Runs one
    /// statement per thousand uploads.
    ///
    /// - Returns: The number of uploads that this call marked.
    package func markUnfinished(_ ids: [Attachment.ID]) async throws -> Int {
        try await mark(ids, Snapshot.markUnfinished(in:))
    }

    private func mark(_ ids: [Attachment.ID], _ sql: @escaping @Sendable (String) -> String) async throws -> Int {
        guard !ids.isEmpty else { return 0 }
        return try await store.change(about: [], for: .deleting) { transaction in
            try Self.batches(of: ids).reduce(0) { count, batch in
                let list = SQLList(batch)
                return count + (try transaction.execute(sql(list.places), [transaction.now] + list.values))
            }
        }
    }

    /// Removes the rows of marked attachments whose files have been removed. Runs one statement per thousand
    /// attachments.
    package func deleteRows(of attachments: [Attachment.ID]) async throws {
        try await store.change(about: [], for: .deleting) { transaction in
            for batch in Self.batches(of: attachments) {
                let list = SQLList(batch)
                try transaction.execute(Snapshot.deleteAttachments(in: list.places), list.values)
            }
        }
    }

    /// The candidates that have a row. The files must be listed before this is called: a row is written before its
    /// file, so a file that was listed without a row belongs to nothing. Runs one statement per thousand candidates.
    package func existing(among candidates: [Attachment.ID]) async throws -> Set<Attachment.ID> {
        try await store.read { db in
            try Self.batches(of: candidates).reduce(into: []) { existing, batch in
                let list = SQLList(batch)
                let sql = Snapshot.existingAttachments(in: list.places)
                existing.formUnion(try db.values(Attachment.ID.self, sql, list.values))
            }
        }
    }

    private static func batches(of ids: [Attachment.ID]) -> [ArraySlice<Attachment.ID>] {
        stride(from: 0, to: ids.count, by: batch).map { ids[$0..<min($0 + batch, ids.count)] }
    }

    private func ids(_ sql: String, _ values: SQLValues) async throws -> [Attachment.ID] {
        try await store.read { try $0.values(Attachment.ID.self, sql, values) }
    }
}

/// An attachment whose files are to be removed.
package struct DeletedAttachment: Hashable, Sendable {
    package let id: Attachment.ID
    package let deletedAt: Timestamp
    /// Of the original, 32 bytes; nil for an upload that was never finished.
    package let sha256: Data?
}

extension Snapshot {
    static let staleUploads = """
        SELECT id FROM attachments WHERE state = 'receiving' AND deleted_at IS NULL AND created_at < ?
        ORDER BY created_at LIMIT ?
        """
    static let unattached = """
        SELECT id FROM attachments
        WHERE attached_at IS NULL AND deleted_at IS NULL AND state <> 'receiving' AND created_at < ?
        ORDER BY created_at LIMIT ?
        """
    static let deletedAttachments = """
        SELECT id, deleted_at, sha256 FROM attachments
        WHERE deleted_at IS NOT NULL AND deleted_at < ? AND (deleted_at, id) > (?, ?)
        ORDER BY deleted_at, id LIMIT ?
        """

    static func markUnused(in places: String) -> String {
        """
        UPDATE attachments SET deleted_at = ?
        WHERE id IN (\(places)) AND attached_at IS NULL AND deleted_at IS NULL
        """
    }

    static func markUnfinished(in places: String) -> String {
        markUnused(in: places) + " AND state = 'receiving'"
    }

    static func existingAttachments(in places: String) -> String {
        "SELECT id FROM attachments WHERE id IN (\(places))"
    }

    static func deleteAttachments(in places: String) -> String {
        "DELETE FROM attachments WHERE id IN (\(places)) AND deleted_at IS NOT NULL"
    }
}
