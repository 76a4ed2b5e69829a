import Vocabulary

extension Checks {
    /// Complete uploads that are not deleted, in the order of their ids, with the variants of ready pictures.
    ///
    /// - Parameters:
    ///   - id: The end of the previous page; nil for the first one.
    ///   - limit: Rows of a page; at least 1.
    package func attachments(
        after id: Attachment.ID?,
        limit: Int
    ) async throws -> CheckPage<Attachment.ID, Attachment> {
        try await store.read { db in
            var found = try db.all(Snapshot.checkedAttachments, [id ?? .beforeAll, limit]) {
                Attachment(row: $0, at: 0)
            }
            try db.loadVariants(of: &found)
            return CheckPage(found, limit: limit, key: \.id, select: { $0 })
        }
    }

    /// Those of these uploads that are complete and not deleted, as they are now.
    package func attachments(_ ids: [Attachment.ID]) async throws -> [Attachment.ID: Attachment] {
        guard !ids.isEmpty else { return [:] }
        return try await store.read { db in
            let list = SQLList(ids)
            var found = try db.all(Snapshot.attachmentsByID(in: list.places), list.values) {
                Attachment(row: $0, at: 0)
            }
            try db.loadVariants(of: &found)
            return Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// Uploads that are not deleted and whose owner, room or message is not there, or that nothing uses although they
    /// were sent.
    package func danglingAttachments(
        after id: Attachment.ID?,
        limit: Int
    ) async throws -> CheckPage<Attachment.ID, DanglingAttachment> {
        try await store.read { db in
            let rows = try db.all(Snapshot.attachmentReferences, [id ?? .beforeAll, limit], AttachmentReferences.init)
            return CheckPage(rows, limit: limit, key: \.id) { row in
                row.problem.map { DanglingAttachment(id: row.id, problem: $0) }
            }
        }
    }

    /// Renders a ready picture again whose files are damaged or missing: forgets its variants, and puts it in the
    /// queue. Its original must exist.
    ///
    /// - Returns: False if it was deleted or is no longer ready.
    package func renderAgain(_ id: Attachment.ID) async throws -> Bool {
        try await store.change(about: []) { transaction in
            let found = try transaction.db.first(Snapshot.undeletedAttachment, [id]) { Attachment(row: $0, at: 0) }
            guard let found, found.facts.kind == .image, found.status == .ready else { return false }
            try transaction.execute("DELETE FROM variants WHERE attachment_id = ?", [id])
            try transaction.queueAgain(found)
            transaction.consequences.hasQueuedRendering = true
            return true
        }
    }
}

/// An upload that refers to something that is not there.
package struct DanglingAttachment: Sendable, Equatable {
    package enum Problem: Sendable, Equatable {
        case noOwner
        case noRoom
        case noMessage
        /// Its message was deleted, and it was not.
        case deletedMessage
        /// Its message is in another room than it is.
        case otherRoom
        /// It was sent or used as an avatar, and neither a message nor a user has it.
        case unused
    }

    package let id: Attachment.ID
    package let problem: Problem
}

/// What an attachment refers to, and whether that exists.
private struct AttachmentReferences {
    let id: Attachment.ID
    let hasOwner: Bool
    let room: Room.ID?
    let hasRoom: Bool
    let message: Message.ID?
    /// Of the message; nil if there is none.
    let messageRoom: Room.ID?
    let isMessageDeleted: Bool
    let isClaimed: Bool
    let isAvatar: Bool

    init(row: ResultRow) {
        (id, hasOwner, room, hasRoom) = (row[0], row[1], row[2], row[3])
        (message, messageRoom, isMessageDeleted) = (row[4], row[5], row[6])
        (isClaimed, isAvatar) = (row[7], row[8])
    }

    var problem: DanglingAttachment.Problem? {
        guard hasOwner else { return .noOwner }
        guard message != nil else {
            if room != nil { return hasRoom ? .noMessage : .noRoom }
            return isClaimed && !isAvatar ? .unused : nil
        }
        guard let messageRoom else { return .noMessage }
        guard !isMessageDeleted else { return .deletedMessage }
        guard messageRoom == room else { return .otherRoom }
        return hasRoom ? nil : .noRoom
    }
}

extension Snapshot {
    /// Condition: the upload is complete and not deleted, so its original must be there.
    private static let isKept = "attachments.state <> 'receiving' AND attachments.deleted_at IS NULL"

    static let checkedAttachments = """
        SELECT \(attachmentColumns) FROM \(attachmentTables)
        WHERE attachments.id > ? AND \(isKept) ORDER BY attachments.id LIMIT ?
        """

    static func attachmentsByID(in places: String) -> String {
        "SELECT \(attachmentColumns) FROM \(attachmentTables) WHERE attachments.id IN (\(places)) AND \(isKept)"
    }

    static let attachmentReferences = """
        SELECT attachments.id, \(flag("SELECT 1 FROM users WHERE users.id = attachments.owner_id")),
            attachments.room_id, \(flag("SELECT 1 FROM rooms WHERE rooms.id = attachments.room_id")),
            attachments.message_id, coalesce(
                (SELECT messages.room_id FROM messages WHERE messages.id = attachments.message_id),
                (SELECT archived_messages.room_id FROM archived_messages
                    WHERE archived_messages.id = attachments.message_id AND \(isArchived))),
            CASE WHEN coalesce(
                (SELECT coalesce(messages.deleted_at, 0) FROM messages WHERE messages.id = attachments.message_id),
                (SELECT archived_messages.deleted_at FROM archived_messages
                    WHERE archived_messages.id = attachments.message_id AND \(isArchived)),
                0) = 0 THEN 0 ELSE 1 END,
            CASE WHEN attachments.attached_at IS NULL THEN 0 ELSE 1 END,
            \(flag("SELECT 1 FROM users WHERE users.avatar_id = attachments.id"))
        FROM attachments WHERE attachments.id > ? AND attachments.deleted_at IS NULL
        ORDER BY attachments.id LIMIT ?
        """

    /// 1 if the query has a row, otherwise 0.
    static func flag(_ query: String) -> String { "CASE WHEN EXISTS (\(query)) THEN 1 ELSE 0 END" }
}

extension WriteTransaction {
    /// Estimated milliseconds of rendering, for a picture whose estimate was lost.
    private static let unknownCost = 500

    fileprivate func queueAgain(_ attachment: Attachment) throws {
        let found = try db.rendering(of: attachment.id)
        var rendering =
            found
            ?? Rendering(
                attachmentID: attachment.id,
                ownerID: attachment.ownerID,
                sha256: attachment.facts.sha256,
                cost: Self.unknownCost
            )
        rendering.requeue(try virtualFinishTime(of: attachment.ownerID, cost: rendering.cost))
        if found == nil { try insert(rendering) } else { try update(rendering) }
    }
}
