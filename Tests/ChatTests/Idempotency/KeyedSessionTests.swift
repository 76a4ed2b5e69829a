import TestSupport
import Testing
import Vocabulary

@testable import Chat

@Suite("Sign-ins with an idempotency key", .timeLimit(.standard))
struct KeyedSessionTests {
    private func request(_ name: String = "ada", saying what: String = "this") -> IdempotentRequest {
        IdempotentRequest(IdempotencyKey(ofNamed: name, route: "sessions", text: "key"), parts: [.init(what.utf8)])
    }

    @Test("I3: A repeat gives the same session another token, and the first one is invalid")
    func renew() async throws {
        try await withChat { chat in
            let store = chat.store
            let ada = try await chat.person("ada")
            #expect(try await store.people.renewSession(of: ada, madeBy: request()) == nil)
            let (first, lost) = try await store.people.createSession(for: ada, request: request())
            // So that it is in the cache.
            #expect(try await store.people.session(of: lost).id == first.id)
            chat.clock.advance(by: .seconds(60))
            let (again, token) = try #require(try await store.people.renewSession(of: ada, madeBy: request()))
            #expect(again.id == first.id && again.createdAt == first.createdAt)
            #expect(again.expiresAt == chat.clock.now + .seconds(30 * 86_400))
            #expect(try await store.people.session(of: token) == again)
            #expect(await refusal { try await store.people.session(of: lost) } == .unauthenticated)
            #expect(try await store.people.sessions(of: ada) == [again])
        }
    }

    @Test("I3: An account, its session and its key are created together, or none of them")
    func register() async throws {
        try await withChat { chat in
            let register = { @Sendable (name: String) in
                try await chat.store.people.register(
                    username: name,
                    displayName: name,
                    passwordHash: "hash",
                    request: request(saying: name)
                )
            }
            let made = try await register("ada")
            #expect(try await chat.store.people.session(of: made.token).userID == made.user.id)
            #expect(try await chat.store.people.hasBeenUsed(request().key))
            // The same name, and another name under a key that is in use.
            for name in ["ada", "eve"] {
                #expect(await refusal { try await register(name) } == .conflict)
            }
            #expect(try await chat.number("SELECT count(*) FROM users") == 1)
            #expect(try await chat.number("SELECT count(*) FROM sessions") == 1)
        }
    }

    @Test("I3: A second sign-in with a key creates no second session, even without a check before")
    func claimedAlready() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            _ = try await chat.store.people.createSession(for: ada, request: request())
            #expect(
                await refusal { try await chat.store.people.createSession(for: ada, request: request()) } == .conflict
            )
            #expect(try await chat.store.people.sessions(of: ada).count == 1)
        }
    }

    @Test("A repeat with other contents is refused, and the token stays valid")
    func mismatch() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let (session, token) = try await chat.store.people.createSession(for: ada, request: request())
            let other = request(saying: "that")
            #expect(await refusal { try await chat.store.people.renewSession(of: ada, madeBy: other) } == .keyReused)
            #expect(try await chat.store.people.session(of: token).id == session.id)
        }
    }

    @Test("After the session has ended, a repeat is gone and creates no new one")
    func ended() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let (session, _) = try await chat.store.people.createSession(for: ada, request: request())
            try await chat.store.people.deleteSession(session.id, of: ada)
            #expect(await refusal { try await chat.store.people.renewSession(of: ada, madeBy: request()) } == .gone)
            #expect(try await chat.store.people.sessions(of: ada).isEmpty)
        }
    }

    @Test("I7: Nobody gets a session of somebody else, whatever the key")
    func others() async throws {
        try await withChat { chat in
            let (ada, eve) = (try await chat.person("ada"), try await chat.person("eve"))
            let (session, token) = try await chat.store.people.createSession(for: ada, request: request())
            #expect(await refusal { try await chat.store.people.renewSession(of: eve, madeBy: request()) } == .gone)
            #expect(try await chat.store.people.session(of: token).id == session.id)
        }
    }

    @Test("I3: A key is unknown after 24 hours")
    func expiry() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            _ = try await chat.store.people.createSession(for: ada, request: request())
            chat.clock.advance(by: IdempotencyKey.lifetime)
            #expect(try await chat.store.people.hasBeenUsed(request().key) == false)
            #expect(try await chat.store.people.renewSession(of: ada, madeBy: request()) == nil)
            _ = try await chat.store.people.createSession(for: ada, request: request())
            #expect(try await chat.store.people.sessions(of: ada).count == 2)
        }
    }
}
