import Chat

/// What clients say on a live connection.
enum ClientFrame {
    /// What every frame has. The reference comes back with the answer.
    struct Envelope: Decodable {
        let type: String
        let ref: String?
    }

    /// What can be read of a frame whose other members are wrong.
    struct Reference: Decodable {
        let ref: String?
    }

    /// The first frame.
    struct Hello: Decodable {
        let token: String?
        let cursor: String?

        private enum Keys: String, CodingKey {
            case type, token, cursor
        }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Keys.self)
            guard try members.decode(String.self, forKey: .type) == "hello" else {
                throw Problem.malformed("The first frame must be hello.")
            }
            token = try members.decodeIfPresent(String.self, forKey: .token)
            cursor = try members.decodeIfPresent(String.self, forKey: .cursor)
        }
    }

    /// How far the person has read a room.
    struct Read: Decodable {
        let room_id: Room.ID
        let seq: EventNumber
    }

    /// The person is typing.
    struct Typing: Decodable {
        let room_id: Room.ID
    }

    /// Whether the person is looking.
    struct Status: Decodable {
        let status: String
    }

    /// A message for a room.
    struct Send: Decodable {
        let room: Room.ID
        let draft: Draft

        private enum Keys: String, CodingKey {
            case room_id
        }

        init(from decoder: any Decoder) throws {
            room = try decoder.container(keyedBy: Keys.self).decode(Room.ID.self, forKey: .room_id)
            draft = try DraftBody(from: decoder).draft
        }
    }
}

/// What the server says on a live connection besides events and signals.
enum ServerFrame: JSONWritable {
    case welcome(Welcome, heartbeatSeconds: Int)
    case ack(ref: String?, Message)
    case error(ref: String?, Problem)
    case pong

    func write(to json: inout JSONWriter) {
        json.object { json in
            switch self {
            case .welcome(let welcome, let seconds):
                json.member("type", "welcome")
                json.key("user")
                OwnUser(welcome.user).write(to: &json)
                json.member("cursor", welcome.cursor.description)
                json.member("resumed", welcome.resumed)
                json.member("heartbeat_seconds", seconds)
            case .ack(let ref, let message):
                json.member("type", "ack")
                json.member("ref", ifAny: ref) { $0.value($1) }
                json.key("message")
                message.write(to: &json)
            case .error(let ref, let problem):
                json.member("type", "error")
                if let ref { json.member("ref", ref) }
                json.key("problem")
                json.value(encoded: problem.json)
            case .pong:
                json.member("type", "pong")
            }
        }
    }
}
