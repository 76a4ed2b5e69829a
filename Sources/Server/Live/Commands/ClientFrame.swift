import Chat
import Foundation
import NIOCore

/// The frames that clients send on a live connection.
enum ClientFrame {
    /// The first frame, which signs the client in.
    struct Hello: Decodable {
        let credential: ClientCredential?
        let cursor: String?

        private enum Keys: String, CodingKey {
            case type, cursor
        }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Keys.self)
            guard try members.decode(String.self, forKey: .type) == "hello" else {
                throw Problem.malformed("The first frame must be hello.")
            }
            credential = try ClientCredential(hello: decoder)
            cursor = try members.decodeIfPresent(String.self, forKey: .cursor)
        }
    }

    /// How far the person has read a room.
    struct Read: Decodable {
        let room_id: Room.ID
        let seq: SequenceNumber
    }

    /// The person is typing.
    struct Typing: Decodable {
        let room_id: Room.ID
    }

    /// Whether the person is online or away.
    struct Status: Decodable {
        let status: String
    }

    /// A message for a room.
    struct Send: Decodable {
        let room: Room.ID
        let draft: Draft
        /// As the header of that name over HTTP; nil without one.
        let idempotencyKey: String?

        private enum Keys: String, CodingKey {
            case room_id, idempotency_key
        }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Keys.self)
            room = try members.decode(Room.ID.self, forKey: .room_id)
            draft = try DraftBody(from: decoder).draft
            idempotencyKey = try members.decodeIfPresent(String.self, forKey: .idempotency_key)
            if let idempotencyKey, !IdempotencyKey.isWellFormed(idempotencyKey) {
                throw Problem.invalid(
                    Keys.idempotency_key.rawValue,
                    "It must be 1 to \(IdempotencyKey.length.upperBound) visible ASCII characters.",
                    limit: IdempotencyKey.length.upperBound
                )
            }
        }

        /// The frame is the same as another one when it asks for the same message; its reference does not count.
        func caller(in session: Session) -> Caller {
            let request = idempotencyKey.map { text in
                IdempotentRequest(IdempotencyKey(of: session.userID, route: "send", text: text), parts: parts)
            }
            return Caller(session, idempotentRequest: request)
        }

        private var parts: [Data] {
            let ids = draft.attachmentIDs.map(\.description).joined(separator: ",")
            let reply = draft.replyTo?.description ?? ""
            let clientID = draft.clientMessageID?.description ?? ""
            return [room.description, draft.body, ids, reply, clientID].map { Data($0.utf8) }
        }
    }
}

/// A frame behind the first one: what the client wants, and the JSON object that holds the members for it.
struct ClientRequest {
    let type: String
    /// Comes back with the answer.
    let ref: String?
    private let json: Data

    init(type: String, ref: String?, json: Data) {
        self.type = type
        self.ref = ref
        self.json = json
    }

    /// Reads the members.
    func members<Members: Decodable>(_ type: Members.Type = Members.self) throws(BadFrame) -> Members {
        do {
            return try JSONText.decode(type, from: json)
        } catch {
            throw BadFrame(cause: error, ref: ref)
        }
    }
}

extension ClientRequest {
    private struct Envelope: Decodable {
        let type: String
        let ref: String?
    }

    private struct Reference: Decodable {
        let ref: String?
    }

    /// Reads a frame that is one JSON object with `type` and `ref` beside its other members.
    init(json text: ByteBuffer) throws(BadFrame) {
        let json = Data(buffer: text)
        do {
            let envelope = try JSONText.decode(Envelope.self, from: json)
            self.init(type: envelope.type, ref: envelope.ref, json: json)
        } catch {
            let reference = try? JSONText.decode(Reference.self, from: json)
            throw BadFrame(cause: error, ref: reference?.ref)
        }
    }
}

/// A frame that cannot be understood: it is not JSON, or its type or one of its members is wrong.
struct BadFrame: Error {
    let cause: any Error
    /// The reference of the frame, if it can be read.
    var ref: String?
}
