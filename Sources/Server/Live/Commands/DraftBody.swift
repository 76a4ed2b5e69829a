import Chat
import Vocabulary

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
