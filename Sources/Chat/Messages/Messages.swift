import Vocabulary

/// The messages of rooms.
package struct Messages: Sendable {
    /// The result of posting a draft.
    package struct Posted: Sendable {
        package let message: Message
        /// Whether it had already been sent with the same client id or idempotency key.
        package let isReplay: Bool
        /// How many more messages the person may send at once; nil without a limit.
        package let remaining: Int?
    }

    let store: Store

    /// Stores a message with its attachments and its event, or nothing at all.
    ///
    /// - Throws: `rateLimited`; `invalid`; `notFound`, also for rooms and attachments of others; `conflict` if an
    ///   attachment is in use; `keyReused` if the client id or idempotency key has been used for another message.
    package func post(_ draft: Draft, in room: Room.ID, by caller: Caller) async throws -> Posted {
        let remaining = try store.begin(\.messages, by: caller)
        let draft = try draft.checked(store.limits)
        return try await store.change(about: subjects(room, caller)) { [limits = store.limits] transaction in
            let (sender, sentID) = try transaction.sender(
                caller.user,
                memberOf: room,
                clientMessageID: draft.clientMessageID
            )
            var wasSent = false
            let message = try transaction.idempotent(
                caller.idempotentRequest,
                subject: \.id,
                replay: { try $0.message($1, in: room) }
            ) { transaction in
                let sent = try sentID.map { try transaction.db.sentMessage($0, from: draft, in: room) }
                wasSent = sent != nil
                return try sent ?? transaction.insert(draft, in: room, by: sender, limits)
            }
            let isReplay = message.isReplay || wasSent
            return Posted(message: message.value, isReplay: isReplay, remaining: remaining)
        }
    }

    /// - Throws: `notFound`.
    package func message(_ id: Message.ID, in room: Room.ID, for viewer: User.ID) async throws -> Message {
        try await store.read { db in
            try db.requireMember(viewer, of: room)
            return try db.message(id, in: room)
        }
    }

    /// A page of the room's history.
    ///
    /// - Parameter limit: Maximum number of messages; 1–100.
    /// - Throws: `notFound`.
    package func page(of room: Room.ID, at anchor: PageAnchor, limit: Int, for viewer: User.ID) async throws -> Page {
        try await store.rooms.checkMember(viewer, of: room)
        return try await store.read { try $0.page(of: room, at: anchor, limit: limit) }
    }

    /// Replaces the body of a message. Every edit is an event for the whole room, and counts against the rate limit of
    /// messages.
    ///
    /// - Throws: `rateLimited`, `invalid`, `notFound`, `forbidden` for anybody but its sender, `gone` if it has been
    ///   deleted.
    package func edit(_ id: Message.ID, in room: Room.ID, body: String, by caller: Caller) async throws -> Message {
        let user = caller.user
        try store.begin(\.messages, by: caller)
        let body = try Draft.shown(body, store.limits)
        return try await store.change(about: subjects(room, caller)) { transaction in
            let view = try transaction.db.requireMember(user, of: room)
            var message = try transaction.db.message(id, in: room)
            guard message.sender.id == user else { throw Refusal.forbidden("Only its sender may edit a message.") }
            if let other = view.otherID { try transaction.db.checkMayWrite(user, to: other) }
            guard message.deletedAt == nil else { throw Refusal.gone("The message has been deleted.") }
            try Draft.checkHasContent(body, hasAttachments: !message.attachments.isEmpty)
            try transaction.updateMessage(id, "body = ?, edited_at = ?", [body, transaction.now])
            message.body = body
            message.editedAt = transaction.now
            try transaction.record(.messageEdited(message), in: room)
            return message
        }
    }

    /// Empties a message and releases its attachments. Deleting it again changes nothing.
    ///
    /// - Throws: `notFound`, `forbidden` for anybody but its sender, an owner or an admin.
    package func delete(_ id: Message.ID, in room: Room.ID, by caller: Caller) async throws {
        let user = caller.user
        store.noteActivity(of: caller)
        try await store.change(about: subjects(room, caller), for: .deleting) { transaction in
            let view = try transaction.db.requireMember(user, of: room)
            let message = try transaction.db.message(id, in: room)
            let mayDeleteOthers = view.role.map { $0 >= .admin } ?? false
            guard message.sender.id == user || mayDeleteOthers else {
                throw Refusal.forbidden("Only its sender, an owner or an admin may delete a message.")
            }
            // Both people own their direct room. After a block, neither may delete the other's messages.
            if message.sender.id != user, let other = view.otherID { try transaction.db.checkMayWrite(user, to: other) }
            guard message.deletedAt == nil else { return }
            try transaction.empty(message)
        }
    }

    /// What changes to a room's messages depend on: its members, roles and numbers, and the writer's name and blocks.
    private func subjects(_ room: Room.ID, _ caller: Caller) -> [Subject] {
        [.room(room), .person(caller.user)]
    }
}

extension Store {
    package var messages: Messages { Messages(store: self) }
}

/// A message as a client submits it.
package struct Draft: Sendable {
    package var body: String
    package var attachmentIDs: [Attachment.ID]
    package var replyTo: Message.ID?
    package var clientMessageID: Identifier<ClientMessage>?

    package init(
        body: String,
        attachmentIDs: [Attachment.ID] = [],
        replyTo: Message.ID? = nil,
        clientMessageID: Identifier<ClientMessage>? = nil
    ) {
        self.body = body
        self.attachmentIDs = attachmentIDs
        self.replyTo = replyTo
        self.clientMessageID = clientMessageID
    }

    /// The draft as it is stored, with its body cleaned for display.
    ///
    /// - Throws: `invalid` with the field that is empty, too long or has duplicates.
    func checked(_ limits: ChatLimits) throws(Refusal) -> Draft {
        var draft = self
        draft.body = try Self.shown(body, limits)
        try Self.checkHasContent(draft.body, hasAttachments: !attachmentIDs.isEmpty)
        guard attachmentIDs.count <= limits.attachmentsPerMessage else {
            throw .invalid(
                field: "attachment_ids",
                "A message may have at most \(limits.attachmentsPerMessage) attachments.",
                limit: limits.attachmentsPerMessage
            )
        }
        guard Set(attachmentIDs).count == attachmentIDs.count else {
            throw .invalid(field: "attachment_ids", "It contains an attachment twice.")
        }
        return draft
    }

    /// A body as others see it; empty if nothing in it is visible.
    ///
    /// - Throws: `invalid` if it is too long.
    static func shown(_ body: String, _ limits: ChatLimits) throws(Refusal) -> String {
        guard body.utf8.count <= limits.messageBytes else {
            throw .invalid(
                field: "body",
                "It may have at most \(limits.messageBytes) bytes of UTF-8.",
                limit: limits.messageBytes
            )
        }
        let shown = ShownText.clean(body, .lines)
        return ShownText.isVisible(shown) ? shown : ""
    }

    /// - Throws: `invalid` if there is neither a body nor an attachment.
    static func checkHasContent(_ body: String, hasAttachments: Bool) throws(Refusal) {
        guard hasAttachments || !body.isEmpty else {
            throw .invalid(field: "body", "A message needs a visible body or an attachment.")
        }
    }
}
