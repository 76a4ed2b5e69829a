import TestSupport
import Testing

@Suite("Signing in", .patient)
struct SigningInTests {
    @Test("The right name and password give a token of their own")
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

    @Test("I7: a wrong name and a wrong password look alike")
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

    @Test("A password that is far too long is just wrong")
    func longPassword() async throws {
        try await withServer { server in
            _ = try await server.register("ada")
            let answer = try await server.site.signIn("ada", password: String(repeating: "x", count: 10_000))
            #expect(answer.isProblem(401, "unauthenticated"))
        }
    }

    @Test(
        "What is no valid bearer token is not let in, and is told how to sign in",
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

    @Test("The scheme's name may be written in any case")
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
        "I7: every path that shows something asks for a token",
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
