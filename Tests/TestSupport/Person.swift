import NIOHTTP1

/// Somebody with an account, who asks the server for things.
package struct Person: Sendable {
    package let site: Site
    package let id: String
    package let name: String
    package let token: String

    package static let password = "correct horse battery"

    package init(site: Site, signedIn: JSON) {
        self.site = site
        id = signedIn.user.id.text
        name = signedIn.user.username.text
        token = signedIn.token.text
    }

    private init(site: Site, id: String, name: String, token: String) {
        self.site = site
        self.id = id
        self.name = name
        self.token = token
    }

    /// The same person, asking somewhere else: through a proxy, or after a restart.
    package func at(_ site: Site) -> Person {
        Person(site: site, id: id, name: name, token: token)
    }

    // MARK: - Requests, by their path below /api/v1/

    package func get(_ path: String, headers: HTTPHeaders = [:]) async throws -> Answer {
        try await send(.GET, path, headers: headers)
    }

    package func post(_ path: String, _ body: JSON = [:]) async throws -> Answer {
        try await send(.POST, path, body: .json(body))
    }

    package func patch(_ path: String, _ body: JSON) async throws -> Answer {
        try await send(.PATCH, path, body: .json(body))
    }

    package func delete(_ path: String) async throws -> Answer {
        try await send(.DELETE, path)
    }

    package func send(
        _ method: HTTPMethod,
        _ path: String,
        headers: HTTPHeaders = [:],
        body: Site.Body = .none
    ) async throws -> Answer {
        var headers = headers
        headers.add(name: "authorization", value: "Bearer \(token)")
        return try await site.send(method, "/api/v1/" + path, headers: headers, body: body)
    }
}

extension Site {
    /// Makes an account with the common password.
    package func register(_ name: String) async throws -> Person {
        let account: JSON = ["username": .string(name), "password": .string(Person.password)]
        let answer = try await send(.POST, "/api/v1/users", body: .json(account)).expect(201)
        return Person(site: self, signedIn: answer.json)
    }

    /// Signs in once more, as on a second device.
    package func signIn(_ name: String, password: String = Person.password) async throws -> Answer {
        let credentials: JSON = ["username": .string(name), "password": .string(password)]
        return try await send(.POST, "/api/v1/sessions", body: .json(credentials))
    }
}

// MARK: - What people do

extension Person {
    /// Makes a room and adds people to it.
    package func makeRoom(
        _ name: String = "The snug",
        kind: String = "private",
        with others: [Person] = []
    ) async throws -> JSON {
        let room = try await post("rooms", ["kind": .string(kind), "name": .string(name)]).expect(201).json
        for other in others { try await add(other, to: room) }
        return room
    }

    /// Makes the direct room with somebody.
    package func directRoom(with other: Person) async throws -> JSON {
        try await post("rooms", ["kind": "direct", "user_id": .string(other.id)]).expect(201).json
    }

    /// Adds somebody to a room, who accepts where they are only invited.
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

    /// Posts a message and gives it as the server does.
    package func say(_ body: String, in room: JSON, with attachments: [JSON] = []) async throws -> JSON {
        let draft: JSON = ["body": .string(body), "attachment_ids": .array(attachments.map(\.id))]
        return try await post("rooms/\(room.id.text)/messages", draft).expect(201).json
    }

    /// The path of one message.
    package func path(of message: JSON) -> String {
        "rooms/\(message.room_id.text)/messages/\(message.id.text)"
    }

    /// Uploads bytes as the body of a request.
    ///
    /// - Parameter wait: Seconds that the answer may wait for variants.
    package func upload(
        _ bytes: [UInt8],
        named name: String = "picture.jpg",
        wait: Int = 0
    ) async throws -> JSON {
        let headers: HTTPHeaders = [
            "content-disposition": "attachment; filename=\"\(name)\"", "prefer": "wait=\(wait)",
        ]
        return try await send(.POST, "attachments", headers: headers, body: .bytes(bytes)).expect(201).json
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

    /// Opens a live socket, says hello and waits for the welcome.
    package func listen(
        manners: LiveClient.Manners = .init(),
        receiveBuffer: Int? = nil
    ) async throws -> LiveClient {
        let (socket, _) = try await comeBack(to: nil, manners: manners, receiveBuffer: receiveBuffer)
        return socket
    }

    /// Opens a live socket at a cursor, and gives the welcome with it.
    package func comeBack(
        to cursor: String?,
        manners: LiveClient.Manners = .init(),
        receiveBuffer: Int? = nil
    ) async throws -> (socket: LiveClient, welcome: JSON) {
        let socket = try await LiveClient(to: site, token: token, receiveBuffer: receiveBuffer, manners: manners)
        var hello: [String: JSON] = ["type": "hello"]
        hello["cursor"] = cursor.map(JSON.string)
        try await socket.say(.object(hello))
        return (socket, try await socket.next("welcome"))
    }

    /// Opens a stream of server-sent events.
    package func stream(after cursor: String? = nil) async throws -> StreamClient {
        var headers: HTTPHeaders = ["authorization": "Bearer \(token)", "accept": "text/event-stream"]
        if let cursor { headers.add(name: "last-event-id", value: cursor) }
        return try await StreamClient(to: site, headers: headers)
    }

    /// Asks once what has happened.
    ///
    /// - Parameter wait: Seconds.
    package func poll(after cursor: String? = nil, wait: Int = 0) async throws -> JSON {
        let query = cursor.map { "cursor=\($0)&wait=\(wait)" } ?? "wait=\(wait)"
        let answer = try await get("events?\(query)", headers: ["accept": "application/json"])
        return try answer.expect(200).json
    }
}
