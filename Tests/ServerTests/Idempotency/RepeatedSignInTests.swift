import SnugClient
import TestSupport
import Testing

@Suite("Repeated registrations and sign-ins", .timeLimit(.standard))
struct RepeatedSignInTests {
    private func account(_ name: String = "ada", password: String = Person.password) -> JSON {
        ["username": .string(name), "password": .string(password)]
    }

    @Test(
        "I3: a repeat gives the same session a new token, and the first one is invalid",
        arguments: ["users", "sessions"]
    )
    func again(path: String) async throws {
        try await withServer { server in
            if path == "sessions" { _ = try await server.register("ada") }
            let first = try await server.site.post(path, account(), key: "key").expect(201)
            let lost = Person(site: server.site, signedIn: first.json)
            let sessions = try await lost.get("sessions").expect(200).json.sessions
            let rows = try rowCounts(in: server.storage)

            let again = try await server.site.post(path, account(), key: "key").expect(201)
            #expect(!first.isReplayed && again.isReplayed)
            #expect(again.json.names == first.json.names)
            #expect(again.json.user == first.json.user)
            #expect(again.json.token != first.json.token)
            #expect(try rowCounts(in: server.storage) == rows)
            #expect(try await lost.get("users/me").isProblem(401, "unauthenticated"))
            let ada = Person(site: server.site, signedIn: again.json)
            let now = try await ada.get("sessions").expect(200).json.sessions
            #expect(Set(now.elements.map(\.id)) == Set(sessions.elements.map(\.id)))
        }
    }

    @Test("The live socket of the session stays open")
    func socketStays() async throws {
        try await withServer { server in
            _ = try await server.register("ada")
            let first = try await server.site.post("sessions", account(), key: "key").expect(201)
            let socket = try await Person(site: server.site, signedIn: first.json).listen()
            _ = try await server.site.post("sessions", account(), key: "key").expect(201)
            try await socket.say(["type": "ping"])
            _ = try await socket.first("pong")
        }
    }

    @Test("I7: a wrong password is answered as without a key, and the token remains valid")
    func wrongPassword() async throws {
        try await withServer { server in
            let registered = try await server.site.post("users", account(), key: "key").expect(201)
            let signedIn = try await server.site.post("sessions", account(), key: "key").expect(201)
            let wrong = account(password: "another password")
            for path in ["users", "sessions"] {
                let known = try await server.site.post(path, wrong, key: "key")
                let unknown = try await server.site.post(path, wrong, key: "other")
                #expect(known.status == (path == "users" ? 409 : 401))
                #expect(known.status == unknown.status && known.json == unknown.json && !known.isReplayed)
            }
            for answer in [registered, signedIn] {
                #expect(try await Person(site: server.site, signedIn: answer.json).get("users/me").status == 200)
            }
        }
    }

    @Test("I3: a registration with another display name is a mismatch")
    func mismatch() async throws {
        try await withServer { server in
            _ = try await server.site.post("users", account(), key: "key").expect(201)
            let other: JSON = [
                "username": "ada", "password": .string(Person.password), "display_name": "Countess",
            ]
            let answer = try await server.site.post("users", other, key: "key")
            #expect(answer.isProblem(422, "idempotency_mismatch"))
        }
    }

    @Test("Keys are separate for each name and each route")
    func otherName() async throws {
        try await withServer { server in
            for name in ["ada", "bob"] {
                for path in ["users", "sessions"] {
                    let answer = try await server.site.post(path, account(name), key: "key").expect(201)
                    #expect(!answer.isReplayed)
                }
            }
        }
    }

    @Test("A taken name is a conflict, with or without a key")
    func taken() async throws {
        try await withServer { server in
            _ = try await server.register("ada")
            #expect(try await server.site.post("users", account(), key: "key").isProblem(409, "conflict"))
        }
    }

    @Test("A repeat after signing out creates no session")
    func signedOut() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let other = try await server.site.post("sessions", account(), key: "key").expect(201)
            _ = try await Person(site: server.site, signedIn: other.json).delete("sessions/current").expect(204)
            #expect(try await server.site.post("sessions", account(), key: "key").isProblem(410, "gone"))
            #expect(try await ada.get("sessions").json.sessions.elements.count == 1)
        }
    }

    @Test("I3: of twenty concurrent registrations one creates the account; the others are rejected or get its session")
    func together() async throws {
        try await withServer { server in
            let answers = try await twenty { try await server.site.post("users", account(), key: "key") }
            let done = answers.filter { $0.status == 201 }
            let replays = done.filter(\.isReplayed)
            #expect(replays.count == done.count - 1)
            for answer in answers where answer.status != 201 {
                #expect(answer.isProblem(409, "conflict") && answer[header: "retry-after"] == "1")
            }
            let rows = try rowCounts(in: server.storage)
            #expect(rows["users"] == 1 && rows["sessions"] == 1)
        }
    }
}
