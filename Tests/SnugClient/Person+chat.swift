import NIOHTTP1

/// Rooms and messages. Each throws ``UnexpectedAnswer`` if the server refuses.
extension Person {
    /// Creates a room and adds people to it.
    package func makeRoom(
        _ name: String = "The snug",
        topic: String? = nil,
        kind: String = "private",
        with others: [Person] = []
    ) async throws -> JSON {
        var draft: [String: JSON] = ["kind": .string(kind), "name": .string(name)]
        draft["topic"] = topic.map(JSON.string)
        let room = try await post("rooms", .object(draft)).expect(201).json
        for other in others { try await add(other, to: room) }
        return room
    }

    /// Creates the direct room with somebody.
    package func directRoom(with other: Person) async throws -> JSON {
        try await post("rooms", ["kind": "direct", "user_id": .string(other.id)]).expect(201).json
    }

    /// Adds somebody to a room, who accepts if that is needed.
    package func add(_ other: Person, to room: JSON, as role: String = "member") async throws {
        let member: JSON = ["user_id": .string(other.id), "role": .string(role)]
        let answer = try await post("rooms/\(room.id.text)/members", member)
        guard answer.status == 202 else {
            _ = try answer.expect(201)
            return
        }
        _ = try await other.post("rooms/\(room.id.text)/accept").expect(200)
    }

    /// Joins a public room.
    package func join(_ room: JSON) async throws -> Answer {
        try await post("rooms/\(room.id.text)/members")
    }

    /// Posts a message and returns it as the server does.
    package func say(_ body: String, in room: JSON, with attachments: [JSON] = []) async throws -> JSON {
        try await postMessage(body, in: room.id.text, with: attachments.map(\.id.text)).expect(201).json
    }

    /// Posts a message, whatever the answer is.
    package func postMessage(
        _ body: String,
        in room: String,
        with attachments: [String] = []
    ) async throws -> Answer {
        let ids = attachments.map(JSON.string)
        return try await post("rooms/\(room)/messages", ["body": .string(body), "attachment_ids": .array(ids)])
    }

    /// The path of one message.
    package func path(of message: JSON) -> String {
        "rooms/\(message.room_id.text)/messages/\(message.id.text)"
    }
}

/// Uploads.
extension Person {
    /// Uploads bytes and returns the attachment.
    ///
    /// - Parameter wait: Seconds that the answer may wait for variants.
    /// - Throws: ``UnexpectedAnswer`` if the server refuses.
    package func upload(
        _ bytes: [UInt8],
        named name: String = "picture.jpg",
        wait: Int = 0
    ) async throws -> JSON {
        let headers: HTTPHeaders = ["prefer": "wait=\(wait)"]
        return try await postAttachment(bytes, named: name, headers: headers).expect(201).json
    }

    /// Uploads bytes, whatever the answer is.
    ///
    /// - Parameter name: Any text; it is sent as RFC 8187 encodes it.
    package func postAttachment(
        _ bytes: [UInt8],
        named name: String,
        headers: HTTPHeaders = [:]
    ) async throws -> Answer {
        var headers = headers
        headers.add(name: "content-disposition", value: "attachment; filename*=UTF-8''\(name.percentEncoded)")
        return try await send(.POST, "attachments", headers: headers, body: .bytes(bytes))
    }

    /// An attachment once it is no longer processing, however long that takes.
    package func settled(_ attachment: JSON) async throws -> JSON {
        try await settled(attachment.id.text)
    }

    package func settled(_ attachment: String) async throws -> JSON {
        while true {
            let now = try await get("attachments/\(attachment)", headers: ["prefer": "wait=20"]).expect(200).json
            guard now.status == "processing" else { return now }
        }
    }
}

extension String {
    /// Only letters, digits and the marks that need no encoding anywhere (RFC 3986 section 2.3) are left as they are.
    fileprivate var percentEncoded: String {
        utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default:
                "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
