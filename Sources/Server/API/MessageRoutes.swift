import Chat
import Hummingbird
import Vocabulary

/// Messages and their history.
struct MessageRoutes: Sendable {
    let store: Store
    let pages: HistoryPages
    let encoding: JSONEncoding

    /// Default number of messages in a page.
    private static let pageSize: Int64 = 50

    func mount(signedIn: RouterGroup<SignedInContext>) {
        signedIn.post("rooms/{id}/messages", use: post)
        signedIn.get("rooms/{id}/messages", use: page)
        signedIn.get("rooms/{id}/messages/{message}", use: show)
        signedIn.patch("rooms/{id}/messages/{message}", use: edit)
        signedIn.delete("rooms/{id}/messages/{message}", use: delete)
    }

    @Sendable private func post(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let room: Room.ID = try context.id()
        let draft: DraftBody = try await request.json()
        let posted = try await store.messages.post(draft.draft, in: room, by: context.caller)
        var response = encoding.response(.created, posted.message)
        response.headers[.rateLimitRemaining] = posted.remaining.map(String.init)
        return response.replayed(posted.isReplay)
    }

    @Sendable private func page(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let room: Room.ID = try context.id()
        let limit = try request.number("limit", in: 1...Int64(store.limits.pageSize)) ?? Self.pageSize
        let page = try await pages.page(of: room, at: anchor(request), limit: Int(limit), for: context.userID)
        return encoding.response(.ok, page)
    }

    private func anchor(_ request: Request) throws -> PageAnchor {
        let seqs = 0...Int64.max / 2
        let anchors: [PageAnchor] = [
            try request.number("before", in: seqs).map(PageAnchor.before),
            try request.number("after", in: seqs).map(PageAnchor.after),
            try request.number("around", in: seqs).map(PageAnchor.around),
        ].compactMap(\.self)
        guard anchors.count <= 1 else {
            throw Problem.invalid("before", "Only one of before, after and around may be given.")
        }
        return anchors.first ?? .newest
    }

    @Sendable private func show(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let message = try await store.messages.message(context.id("message"), in: context.id(), for: context.userID)
        return encoding.response(.ok, message)
    }

    private struct Edit: Decodable {
        let body: String
    }

    @Sendable private func edit(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let edit: Edit = try await request.json()
        let message = try await store.messages.edit(
            context.id("message"),
            in: context.id(),
            body: edit.body,
            by: context.caller
        )
        return encoding.response(.ok, message)
    }

    @Sendable private func delete(_ request: Request, _ context: SignedInContext) async throws -> Response {
        try await store.messages.delete(context.id("message"), in: context.id(), by: context.caller)
        return Response(status: .noContent)
    }
}

/// A message as clients send it, over HTTP and live connections alike.
struct DraftBody: Decodable, Sendable {
    let draft: Draft

    private enum Keys: String, CodingKey {
        case body, attachment_ids, reply_to, client_message_id
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Keys.self)
        draft = Draft(
            body: try members.decodeIfPresent(String.self, forKey: .body) ?? "",
            attachmentIDs: try members.decodeIfPresent([Attachment.ID].self, forKey: .attachment_ids) ?? [],
            replyTo: try members.decodeIfPresent(Message.ID.self, forKey: .reply_to),
            clientMessageID: try members.decodeIfPresent(ClientMessageID.self, forKey: .client_message_id)?.id
        )
    }
}

/// An id that a client has made. Swift and some other libraries write them in upper case.
private struct ClientMessageID: Decodable {
    let id: Identifier<ClientMessage>

    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = Identifier<ClientMessage>(text.lowercased()) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "not a UUID"))
        }
        self.id = id
    }
}
