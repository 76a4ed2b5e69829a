import GRDB
import SnugClient
import TestSupport
import Testing

@testable import Chat

@Suite("Signing in", .timeLimit(.standard))
struct SigningInTests {
    @Test("The correct name and password give a new token")
    func rightPassword() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let answer = try await server.site.signIn("ada")
            #expect(answer.status == 201)
            let second = Person(site: server.site, signedIn: answer.json)
            #expect(second.id == ada.id)
            #expect(second.token != ada.token)
            #expect(try await second.get("users/me").status == 200)
            #expect(try await ada.get("users/me").status == 200)
        }
    }

    @Test("I7: a wrong name and a wrong password get the same answer")
    func wrongLooksAlike() async throws {
        try await withServer { server in
            _ = try await server.register("ada")
            let wrongPassword = try await server.site.signIn("ada", password: "not the password")
            let wrongName = try await server.site.signIn("nobody", password: "not the password")
            #expect(wrongPassword.isProblem(401, "unauthenticated"))
            #expect(wrongPassword.status == wrongName.status)
            #expect(wrongPassword.json == wrongName.json)
            #expect(wrongPassword.namesOfHeaders == wrongName.namesOfHeaders)
        }
    }

    @Test("The name may have any case and surrounding white space", arguments: ["Ann", " ann", "ANN \n"])
    func typedName(name: String) async throws {
        try await withServer { server in
            _ = try await server.register("ann")
            #expect(try await server.site.signIn(name).status == 201)
        }
    }

    @Test("A password matches in composed and decomposed characters, with old hashes too")
    func normalisedPassword() async throws {
        try await withServer { server in
            let account: JSON = ["username": "ada", "password": "caf\u{E9} au lait"]
            _ = try await server.site.send(.POST, "/api/v1/users", body: .json(account)).expect(201)
            #expect(try await server.site.signIn("ada", password: "cafe\u{301} au lait").status == 201)
            // As an earlier version stored it, from a computer that types decomposed characters.
            let cost = PasswordHasher.Cost(rounds: 2, blockSize: 8, parallelism: 1)
            let old = try PasswordHash("cafe\u{301} au lait", cost: cost).text
            let database = try DatabaseQueue(path: server.storage + "/snug.sqlite")
            try await database.write { try $0.execute(sql: "UPDATE users SET password_hash = ?", arguments: [old]) }
            for password in ["caf\u{E8} au lait", "caf\u{E9} au lait", "cafe\u{301} au lait"] {
                let status = password.unicodeScalars.contains("\u{E8}") ? 401 : 201
                #expect(try await server.site.signIn("ada", password: password).status == status)
            }
            let kept = try await database.read { try String.fetchOne($0, sql: "SELECT password_hash FROM users") }
            #expect(kept != old)
        }
    }

    @Test("An overlong password is an incorrect password")
    func longPassword() async throws {
        try await withServer { server in
            _ = try await server.register("ada")
            let answer = try await server.site.signIn("ada", password: String(repeating: "x", count: 10_000))
            #expect(answer.isProblem(401, "unauthenticated"))
        }
    }

    @Test(
        "An invalid bearer token gets 401 with the authentication scheme",
        arguments: [nil, "", "Bearer", "Bearer ", "Bearer wrong", "Basic YWRhOnB3", "Bearer a b"]
    )
    func badToken(authorization: String?) async throws {
        try await withServer { server in
            _ = try await server.register("ada")
            let answer = try await server.site.send(
                .GET,
                "/api/v1/users/me",
                headers: authorization.map { ["authorization": $0] } ?? [:]
            )
            #expect(answer.isProblem(401, "unauthenticated"))
            #expect(answer[header: "www-authenticate"] == "Bearer")
        }
    }

    @Test("The name of the scheme may have any case")
    func schemeCase() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let answer = try await server.site.send(
                .GET,
                "/api/v1/users/me",
                headers: ["authorization": "bearer \(ada.token)"]
            )
            #expect(answer.status == 200)
        }
    }

    @Test(
        "I7: every path with content requires a token",
        arguments: [
            "users", "users/me", "sessions", "rooms", "rooms/\(someID)", "rooms/\(someID)/members",
            "rooms/\(someID)/messages", "rooms/\(someID)/messages/\(someID)", "attachments/\(someID)",
            "attachments/\(someID)/original",
        ]
    )
    func everyPathAsks(path: String) async throws {
        try await withServer { server in
            let answer = try await server.site.send(.GET, "/api/v1/" + path)
            #expect(answer.isProblem(401, "unauthenticated"))
        }
    }
}

private let someID = "01890000-0000-7000-8000-000000000000"

extension Answer {
    fileprivate var namesOfHeaders: Set<String> {
        Set(headers.map { $0.name.lowercased() })
    }
}
