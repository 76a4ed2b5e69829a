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

    /// Attachments whose files are to be removed.
    package func deleted(limit: Int) async throws -> [Attachment.ID] {
        try await ids(Snapshot.deletedAttachments, [limit])
    }

    /// Marks the attachment for removal unless it has been attached in the meantime.
    ///
    /// - Returns: Whether this call marked it.
    package func markUnused(_ id: Attachment.ID) async throws -> Bool {
        try await store.change(about: []) { transaction in
            try transaction.execute(
                "UPDATE attachments SET deleted_at = ? WHERE id = ? AND attached_at IS NULL AND deleted_at IS NULL",
                [transaction.now, id]
            ) == 1
        }
    }

    /// Removes the rows of marked attachments whose files have been removed. Runs one statement per thousand
    /// attachments.
    package func deleteRows(of attachments: [Attachment.ID]) async throws {
        try await store.change(about: []) { transaction in
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
        SELECT id FROM attachments WHERE deleted_at IS NOT NULL ORDER BY deleted_at LIMIT ?
        """

    static func existingAttachments(in places: String) -> String {
        "SELECT id FROM attachments WHERE id IN (\(places))"
    }

    static func deleteAttachments(in places: String) -> String {
        "DELETE FROM attachments WHERE id IN (\(places)) AND deleted_at IS NOT NULL"
    }
}
