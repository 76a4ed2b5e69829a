import Foundation
import NIOCore

/// Somebody with an account.
struct Person: Decodable, Sendable {
    let id: String
    let token: String
}

/// The calls of the HTTP interface that the scenario needs, on a connection of its own.
struct ChatClient: Sendable {
    struct Refused: Error, CustomStringConvertible {
        let what: String
        let response: Response

        var description: String {
            "\(what) was answered \(response.status): \(String(buffer: response.body).prefix(300))"
        }
    }

    private struct Identified: Decodable {
        let id: String
    }

    private struct Account: Decodable {
        let user: Identified
        let token: String
    }

    private let connection: HTTPConnection

    init(port: Int, group: any EventLoopGroup) {
        connection = HTTPConnection(port: port, group: group)
    }

    func close() async {
        await connection.close()
    }

    func register(_ username: String) async throws -> Person {
        let body = #"{"username":"\#(username)","password":"\#(UUID().uuidString)"}"#
        let response = try await post("/api/v1/users", body: body, as: nil)
        let account = try decode(Account.self, from: response, of: "a registration")
        return Person(id: account.user.id, token: account.token)
    }

    func makeRoom(_ name: String, owner: Person) async throws -> String {
        let body = #"{"kind":"private","name":"\#(name)"}"#
        return try decode(Identified.self, from: try await post("/api/v1/rooms", body: body, as: owner), of: "a room")
            .id
    }

    /// Adds somebody, who accepts where they are only invited.
    func addMember(_ member: Person, to room: String, by owner: Person) async throws {
        let response = try await post(
            "/api/v1/rooms/\(room)/members",
            body: #"{"user_id":"\#(member.id)"}"#,
            as: owner
        )
        guard response.status != 201 else { return }
        guard response.status == 202 else { throw Refused(what: "a member", response: response) }
        let answer = try await post("/api/v1/rooms/\(room)/accept", body: "{}", as: member)
        guard answer.status == 200 else { throw Refused(what: "accepting an invitation", response: answer) }
    }

    /// - Parameter text: Must need no escaping in JSON.
    func say(_ text: String, attachments: [String] = [], in room: String, by person: Person) async throws -> Response {
        let ids = attachments.map { "\"\($0)\"" }.joined(separator: ",")
        let body = #"{"body":"\#(text)","attachment_ids":[\#(ids)]}"#
        return try await post("/api/v1/rooms/\(room)/messages", body: body, as: person)
    }

    func readHistory(of room: String, by person: Person) async throws -> Response {
        var request = Request("GET", "/api/v1/rooms/\(room)/messages?limit=50")
        request.headers = [("Authorization", "Bearer \(person.token)")]
        return try await connection.send(request)
    }

    func upload(_ photograph: Photograph, by person: Person) async throws -> Response {
        var request = Request("POST", "/api/v1/attachments")
        request.headers = [
            ("Authorization", "Bearer \(person.token)"),
            ("Content-Type", photograph.mediaType),
            ("Content-Disposition", "attachment; filename*=UTF-8''\(photograph.name)"),
        ]
        request.body = photograph.bytes
        return try await connection.send(request)
    }

    /// The id in the answer to an upload.
    func attachmentID(in response: Response) throws -> String {
        try decode(Identified.self, from: response, of: "an upload").id
    }

    private func post(_ path: String, body: String, as person: Person?) async throws -> Response {
        var request = Request("POST", path)
        request.headers = [("Content-Type", "application/json")]
        if let person { request.headers.append(("Authorization", "Bearer \(person.token)")) }
        request.body = ByteBuffer(string: body)
        return try await connection.send(request)
    }

    private func decode<Answer: Decodable>(
        _ type: Answer.Type,
        from response: Response,
        of what: String
    ) throws -> Answer {
        guard response.status == 201 else { throw Refused(what: what, response: response) }
        return try JSONDecoder().decode(type, from: Data(response.body.readableBytesView))
    }
}
