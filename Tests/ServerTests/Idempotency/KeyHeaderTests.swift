import NIOHTTP1
import SnugClient
import TestSupport
import Testing

@Suite("The Idempotency-Key header", .timeLimit(.standard))
struct KeyHeaderTests {
    @Test(
        "A key has one to 64 visible ASCII characters",
        arguments: ["k", "!~\"{}", String(repeating: "k", count: 64)]
    )
    func valid(key: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room: JSON = ["kind": "private", "name": "Once"]
            let first = try await ada.post("rooms", room, key: key).expect(201)
            #expect(try await ada.post("rooms", room, key: key).expect(201).json == first.json)
        }
    }

    @Test(
        "Any other key is rejected on every POST with the limit, and nothing is done",
        arguments: [[""], [String(repeating: "k", count: 65)], ["a b"], ["a\tb"], ["ä"], ["one", "two"], ["k", "k"]],
        ["rooms", "attachments", "users", "sessions"]
    )
    func invalid(keys: [String], path: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let rows = try rowCounts(in: server.storage)
            let body: JSON = [
                "kind": "private", "name": "Once", "username": path == "users" ? "bob" : "ada",
                "password": .string(Person.password),
            ]
            let headers = HTTPHeaders(keys.map { ("idempotency-key", $0) })
            let answer = try await ada.send(.POST, path, headers: headers, body: .bytes(body.sortedBytes))
            #expect(answer.isProblem(422, "invalid"))
            #expect(answer.json.field == "Idempotency-Key")
            #expect(answer.json.limit == 64)
            #expect(try rowCounts(in: server.storage) == rows)
        }
    }

    @Test("Other methods ignore it")
    func otherMethods() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let answer = try await ada.get("rooms", headers: ["idempotency-key": "not a key"])
            #expect(answer.status == 200)
        }
    }

    @Test("I7: authentication is checked before the key")
    func unauthenticated() async throws {
        try await withServer { server in
            let answer = try await server.site.post("rooms", [:], key: "not a key")
            #expect(answer.isProblem(401, "unauthenticated"))
        }
    }
}
