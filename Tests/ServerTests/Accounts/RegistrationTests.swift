import NIOHTTP1
import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Registration", .timeLimit(.standard))
struct RegistrationTests {
    @Test("A registration returns the user, a token and its expiry")
    func newAccount() async throws {
        try await withServer { server in
            let answer = try await server.site.register(["username": "ada.l-1_", "password": "12345678"])
            #expect(answer.status == 201)
            #expect(answer.json.names == ["user", "token", "expires_at"])
            #expect(answer.json.user.username == "ada.l-1_")
            #expect(answer.json.user.display_name == "ada.l-1_")
            #expect(answer.json.user.avatar == nil)
            #expect(answer.json.user.status == "offline")
            #expect(answer.json.user.last_seen_at == nil)
            let person = Person(site: server.site, signedIn: answer.json)
            #expect(try await person.get("users/me").json == answer.json.user)
        }
    }

    @Test("Ids are lower-case UUIDs of version 7; times are RFC 3339 with milliseconds")
    func forms() async throws {
        try await withServer { server in
            let answer = try await server.site.register(["username": "ada", "password": "12345678"]).json
            let uuid = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
            #expect(answer.user.id.text.wholeMatch(of: uuid) != nil)
            let time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/
            #expect(answer.user.created_at.text.wholeMatch(of: time) != nil)
            #expect(answer.expires_at.text.wholeMatch(of: time) != nil)
        }
    }

    @Test("A display name is stored without surrounding white space")
    func displayName() async throws {
        try await withServer { server in
            let account: JSON = ["username": "ada", "password": "12345678", "display_name": "  Ada Lovelace \n"]
            let answer = try await server.site.register(account)
            #expect(answer.json.user.display_name == "Ada Lovelace")
        }
    }

    @Test(
        "An invalid or reserved user name is answered with 422 and the field",
        arguments: ["ada lovelace", "me", "Admin"]
    )
    func badUsername(name: String) async throws {
        try await withServer { server in
            let answer = try await server.site.register(["username": .string(name), "password": "12345678"])
            #expect(answer.isProblem(422, "invalid"))
            #expect(answer.json.field == "username")
        }
    }

    @Test("A user name is stored in lower case and without surrounding white space")
    func typedUsername() async throws {
        try await withServer { server in
            let answer = try await server.site.register(["username": " Ann ", "password": "12345678"]).expect(201)
            #expect(answer.json.user.username == "ann")
            let again = try await server.site.register(["username": "ANN", "password": "12345678"])
            #expect(again.isProblem(409, "conflict"))
        }
    }

    @Test(
        "A password that is too short or too long is answered with 422 and the field",
        arguments: [(7, 422), (8, 201), (257, 422)]
    )
    func passwordLength(bytes: Int, status: Int) async throws {
        try await withServer { server in
            let password = String(repeating: "p", count: bytes)
            let answer = try await server.site.register(["username": "ada", "password": .string(password)])
            #expect(answer.status == status)
            #expect(answer.json.field == (status == 422 ? "password" : .missing))
        }
    }

    @Test(
        "An empty or long display name is answered with 422 and the field",
        arguments: [" ", String(repeating: "x", count: 65)]
    )
    func badDisplayName(name: String) async throws {
        try await withServer { server in
            let account: JSON = ["username": "ada", "password": "12345678", "display_name": .string(name)]
            let answer = try await server.site.register(account)
            #expect(answer.isProblem(422, "invalid"))
            #expect(answer.json.field == "display_name")
        }
    }

    @Test("A taken name is a conflict")
    func takenName() async throws {
        try await withServer { server in
            _ = try await server.register("ada")
            let answer = try await server.site.register(["username": "ada", "password": "another one"])
            #expect(answer.isProblem(409, "conflict"))
            #expect(answer.json.field == "username")
        }
    }

    @Test("With registration closed, accounts cannot be created")
    func closed() async throws {
        try await withServer({ $0.registration = .closed }) { server in
            let answer = try await server.site.register(["username": "ada", "password": "12345678"])
            #expect(answer.isProblem(403, "forbidden"))
        }
    }
}

extension Site {
    fileprivate func register(_ account: JSON) async throws -> Answer {
        try await send(.POST, "/api/v1/users", body: .json(account))
    }
}
