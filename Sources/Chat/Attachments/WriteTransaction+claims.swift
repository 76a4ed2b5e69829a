/// An upload is used once: in a message, as an avatar, or for its deletion. Each use takes it with one conditional
/// update, so of several at the same time one succeeds.
extension WriteTransaction {
    /// Takes an upload for a use.
    ///
    /// - Throws: `notFound` also for others', `conflict` for one that is in use.
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

    /// Takes uploads for a message, all of them or none.
    ///
    /// - Returns: Them, in the same order.
    /// - Throws: `notFound` also for others', `conflict` for one that is in use; of several the first one counts.
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

    /// A condition: the upload has arrived, has not been deleted, and is that person's.
    private static let isUsable = "owner_id = ? AND deleted_at IS NULL AND state <> 'receiving'"

    private static func inUse(field: String?) -> Refusal {
        .conflict("The attachment is already in use.", field: field)
    }

    /// Why not all uploads could be taken.
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
