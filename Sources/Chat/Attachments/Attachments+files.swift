import Vocabulary

/// The files that an attachment should have.
package struct ExpectedFiles: Sendable, Equatable {
    package let id: Attachment.ID
    /// Size of the original, in bytes.
    package let byteCount: Int64
    /// Whether clients receive URLs of its variants.
    package let isRendered: Bool
    /// Smallest first; empty unless it is rendered.
    package internal(set) var variants: [Variant] = []
    package let hasAnimation: Bool
}

/// The janitor's comparison of rows with files.
extension Attachments {
    /// The files that stored attachments should have, in the order of their ids. Runs two statements.
    ///
    /// The files must be looked up after this returns, and what is missing must be passed to ``stored(among:)``: an
    /// attachment may have been deleted in between.
    ///
    /// - Parameter previous: Only those after this one; from the first one if nil.
    package func expectedFiles(after previous: Attachment.ID? = nil, limit: Int) async throws -> [ExpectedFiles] {
        try await store.read { db in
            var found = try db.all(Snapshot.expectedFiles, [previous ?? .lowest, limit]) { row in
                ExpectedFiles(id: row[0], byteCount: row[1], isRendered: row[2], hasAnimation: row[3])
            }
            let variants = try db.variants(of: found.lazy.filter(\.isRendered).map(\.id))
            for index in found.indices where found[index].isRendered {
                found[index].variants = variants[found[index].id] ?? []
            }
            return found
        }
    }

    /// The candidates that are stored and not deleted.
    ///
    /// - Parameter candidates: At most a few hundred.
    package func stored(among candidates: [Attachment.ID]) async throws -> Set<Attachment.ID> {
        guard !candidates.isEmpty else { return [] }
        let list = SQLList(candidates)
        return try await store.read { db in
            Set(try db.values(Attachment.ID.self, Snapshot.storedAttachments(in: list.places), list.values))
        }
    }
}

extension Snapshot {
    static let expectedFiles = """
        SELECT attachments.id, attachments.byte_count, renderings.state IS NOT NULL AND renderings.state = 'finished',
            attachments.animation_width IS NOT NULL
        FROM attachments LEFT JOIN renderings ON renderings.attachment_id = attachments.id
        WHERE attachments.id > ? AND attachments.state <> 'receiving' AND attachments.deleted_at IS NULL
        ORDER BY attachments.id LIMIT ?
        """

    static func storedAttachments(in places: String) -> String {
        "SELECT id FROM attachments WHERE id IN (\(places)) AND state <> 'receiving' AND deleted_at IS NULL"
    }
}
