import Vocabulary

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
