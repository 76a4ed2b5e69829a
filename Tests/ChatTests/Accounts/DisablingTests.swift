import TestSupport
import Testing

@testable import Chat

@Suite("Disabled accounts", .timeLimit(.standard))
struct DisablingTests {
    @Test("I7: Disabling ends all sessions of the person at once, also recently used ones, and nobody else's")
    func sessions() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            var sessions: [(session: Session, token: SessionToken)] = []
            for _ in 0..<2 { sessions.append(try await chat.store.people.createSession(for: ada)) }
            let other = try await chat.store.people.createSession(for: bob)
            for token in [sessions[0].token, sessions[1].token, other.token] {
                _ = try await chat.store.people.session(of: token)
            }
            let consequences = try await chat.consequences {
                let ended = try await chat.store.accounts.disable("ada")
                #expect(ended == 2)
            }
            #expect(Set(consequences.endedSessions) == Set(sessions.map(\.session.id)))
            for (_, token) in sessions {
                #expect(await refusal { try await chat.store.people.session(of: token) } == .unauthenticated)
            }
            _ = try await chat.store.people.session(of: other.token)
        }
    }

    @Test("I7: Somebody who is disabled cannot sign in, also if the password was checked before")
    func signingIn() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let verified = try await chat.store.people.verified(ada)
            try await chat.store.accounts.disable("ada")
            #expect(await refusal { try await chat.store.people.createSession(for: verified) } == .accountDisabled)
            #expect(await refusal { try await chat.store.people.createSession(for: ada) } == .accountDisabled)
            #expect(try await chat.number("SELECT count(*) FROM sessions") == 0)
            try await chat.store.accounts.enable("ada")
            _ = try await chat.store.people.createSession(for: ada)
        }
    }

    @Test(
        "They are not found by search, keep their messages and rooms, and are found again afterwards",
        arguments: ["", "a"]
    )
    func search(query: String) async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada, with: [bob])
            let message = try await chat.say("hello", in: room, by: ada)
            let found = { try await chat.store.people.find(matching: query, for: bob).items.map(\.user.username) }
            #expect(try await found().contains("ada"))
            try await chat.store.accounts.disable("ada")
            #expect(try await !found().contains("ada"))
            #expect(try await chat.store.messages.message(message.id, in: room, for: bob) == message)
            #expect(try await chat.store.rooms.members(of: room, for: bob).count == 2)
            #expect(try await chat.store.people.user(ada).displayName == "ada")
            try await chat.store.accounts.enable("ada")
            #expect(try await found().contains("ada"))
        }
    }

    @Test("Disabling again changes nothing; an unknown name is not found")
    func again() async throws {
        try await withChat { chat in
            _ = try await chat.person("ada")
            try await chat.store.accounts.disable("ada")
            let time = chat.clock.now
            chat.clock.advance(by: .seconds(60))
            try await chat.store.accounts.disable("ada")
            #expect(try await chat.store.accounts.list().map(\.disabledAt) == [time])
            #expect(await refusal { try await chat.store.accounts.disable("nobody") } == .notFound)
            #expect(await refusal { try await chat.store.accounts.enable("nobody") } == .notFound)
            #expect(await refusal { try await chat.store.accounts.setAdmin(true, "nobody") } == .notFound)
        }
    }

    @Test("A password set by the operator ends all sessions, and an earlier check of the old one is stale")
    func password() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let verified = try await chat.store.people.verified(ada)
            let (session, token) = try await chat.store.people.createSession(for: ada)
            let consequences = try await chat.consequences {
                let ended = try await chat.store.accounts.setPassword(hash: "new", of: "ada")
                #expect(ended == 1)
            }
            #expect(consequences.endedSessions == [session.id])
            #expect(await refusal { try await chat.store.people.session(of: token) } == .unauthenticated)
            await #expect(throws: StaleCredentials.self) { try await chat.store.people.createSession(for: verified) }
            #expect(try await chat.store.people.credentials(of: ada)?.passwordHash == "new")
            #expect(await refusal { try await chat.store.accounts.setPassword(hash: "x", of: "nobody") } == .notFound)
        }
    }
}
