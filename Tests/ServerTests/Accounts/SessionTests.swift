import Chat
import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Sessions", .timeLimit(.standard))
struct SessionTests {
    @Test("I7: the live socket of a session that a new one replaces is closed")
    func gaveWay() async throws {
        try await withServer({ $0.limits.sessionsPerPerson = 2 }) { server in
            let ada = try await server.register("ada")
            let socket = try await ada.listen()
            for _ in 0..<2 { #expect(try await server.site.signIn("ada").status == 201) }
            #expect(try await socket.closeCode() == 4401)
            #expect(try await ada.get("users/me").status == 401)
        }
    }

    @Test("The list has only own sessions and marks the current one")
    func list() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let phone = Person(site: server.site, signedIn: try await server.site.signIn("ada").json)
            _ = try await server.register("bob")
            let sessions = try await phone.get("sessions").expect(200).json.sessions.elements
            #expect(sessions.count == 2)
            #expect(sessions.filter { $0.current == true }.count == 1)
            #expect(sessions[0].names.isSuperset(of: ["id", "created_at", "last_used_at", "expires_at", "current"]))
            let other = try #require(sessions.first { $0.current == false })
            let same = try await ada.get("sessions").json.sessions.elements.first { $0.current == true }
            #expect(other.id == same?.id)
        }
    }

    @Test("Lists of sessions contain no token")
    func noTokens() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let list = try await ada.get("sessions").expect(200)
            #expect(!list.text.contains(ada.token))
        }
    }

    @Test("Signing out by id ends only that session")
    func signOutOther() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let phone = Person(site: server.site, signedIn: try await server.site.signIn("ada").json)
            let sessions = try await ada.get("sessions").json.sessions.elements
            let other = try #require(sessions.first { $0.current == false })
            #expect(try await ada.delete("sessions/\(other.id.text)").status == 204)
            #expect(try await phone.get("users/me").isProblem(401, "unauthenticated"))
            #expect(try await ada.get("users/me").status == 200)
        }
    }

    @Test("Signing out of the current session invalidates its token")
    func signOutCurrent() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            #expect(try await ada.delete("sessions/current").status == 204)
            #expect(try await ada.get("users/me").isProblem(401, "unauthenticated"))
        }
    }

    @Test("I7: deleting a session closes its live socket with 4401, and no other of the same person")
    func socketCloses() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let phone = Person(site: server.site, signedIn: try await server.site.signIn("ada").json)
            let (atDesk, onPhone) = (try await ada.listen(), try await phone.listen())
            #expect(try await phone.delete("sessions/current").status == 204)
            #expect(try await onPhone.closeCode() == 4401)
            try await atDesk.say(["type": "ping"])
            _ = try await atDesk.next("pong")
        }
    }

    @Test("I7: a session of somebody else cannot be ended, and looks like one that does not exist")
    func othersSession() async throws {
        try await withServer { server in
            let (ada, eve) = (try await server.register("ada"), try await server.register("eve"))
            let session = try await ada.get("sessions").json.sessions[0].id.text
            #expect(try await eve.delete("sessions/\(session)").isProblem(404, "not_found"))
            #expect(try await ada.get("users/me").status == 200)
        }
    }

    @Test("An unknown session is not found", arguments: ["nonsense", "01890000-0000-7000-8000-000000000000"])
    func unknownSession(id: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            #expect(try await ada.delete("sessions/\(id)").isProblem(404, "not_found"))
        }
    }
}
