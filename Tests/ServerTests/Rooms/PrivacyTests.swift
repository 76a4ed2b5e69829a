import Fixtures
import NIOHTTP1
import SnugClient
import TestSupport
import Testing

@Suite("Privacy of rooms", .timeLimit(.standard))
struct PrivacyTests {
    /// Requests of a stranger for a room with a message and an attachment.
    struct Attempt: Sendable, CustomTestStringConvertible {
        let method: HTTPMethod
        let path: String
        var body: JSON?

        var testDescription: String { "\(method) \(path)" }
    }

    static let attempts = [
        Attempt(method: .GET, path: "rooms/ROOM"),
        Attempt(method: .PATCH, path: "rooms/ROOM", body: ["name": "Mine now"]),
        Attempt(method: .DELETE, path: "rooms/ROOM"),
        Attempt(method: .GET, path: "rooms/ROOM/members"),
        Attempt(method: .POST, path: "rooms/ROOM/members", body: [:]),
        Attempt(method: .PATCH, path: "rooms/ROOM/members/OWNER", body: ["role": "member"]),
        Attempt(method: .DELETE, path: "rooms/ROOM/members/OWNER"),
        Attempt(method: .GET, path: "rooms/ROOM/messages"),
        Attempt(method: .POST, path: "rooms/ROOM/messages", body: ["body": "Hello"]),
        Attempt(method: .GET, path: "rooms/ROOM/messages/MESSAGE"),
        Attempt(method: .PATCH, path: "rooms/ROOM/messages/MESSAGE", body: ["body": "Changed"]),
        Attempt(method: .DELETE, path: "rooms/ROOM/messages/MESSAGE"),
        Attempt(method: .GET, path: "attachments/ATTACHMENT"),
        Attempt(method: .GET, path: "attachments/ATTACHMENT/original"),
        Attempt(method: .POST, path: "attachments/ATTACHMENT/retry"),
        Attempt(method: .DELETE, path: "attachments/ATTACHMENT"),
    ]

    @Test("I7: a private room looks like one that does not exist", arguments: attempts)
    func stranger(attempt: Attempt) async throws {
        try await withServer { server in
            let (ada, eve) = (try await server.register("ada"), try await server.register("eve"))
            let room = try await ada.makeRoom()
            let file = try await ada.upload(try Fixture.bytes("text.jpg"))
            let message = try await ada.say("Secret", in: room, with: [file])
            let real = ["ROOM": room.id.text, "MESSAGE": message.id.text, "ATTACHMENT": file.id.text, "OWNER": ada.id]
            let forbidden = try await eve.attempt(attempt, real)
            let missing = try await eve.attempt(attempt, real.mapValues { _ in "01890000-0000-7000-8000-000000000000" })
            #expect(forbidden.isProblem(404, "not_found"))
            #expect(forbidden.json == missing.json)
            #expect(try await ada.get(ada.path(of: message)).json.body == "Secret")
        }
    }

    @Test("I7: a removed member no longer gets the files of the room")
    func removed() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(with: [bob])
            let file = try await ada.upload(try Fixture.bytes("text.jpg"))
            _ = try await ada.say("", in: room, with: [file])
            let original = "attachments/\(file.id.text)/original"
            #expect(try await bob.get(original).status == 200)
            #expect(try await ada.delete("rooms/\(room.id.text)/members/\(bob.id)").status == 204)
            #expect(try await bob.get(original).isProblem(404, "not_found"))
        }
    }
}

extension Person {
    fileprivate func attempt(_ attempt: PrivacyTests.Attempt, _ ids: [String: String]) async throws -> Answer {
        let path = ids.reduce(attempt.path) { $0.replacing($1.key, with: $1.value) }
        return try await send(attempt.method, path, body: attempt.body.map { .json($0) } ?? .none)
    }
}
