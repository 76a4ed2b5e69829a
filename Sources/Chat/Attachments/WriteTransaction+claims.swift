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
