import GRDB
import TestSupport
import Testing

@testable import Chat

@Suite("Password changes", .timeLimit(.standard))
struct PasswordChangeTests {
    private func request() -> IdempotentRequest {
        IdempotentRequest(IdempotencyKey(ofNamed: "ada", route: "sessions", text: "key"), parts: [])
    }

    @Test("I7: a sign-in that verified the password before its change creates no session afterwards")
    func signInBefore() async throws {
        try await withChat { chat in
            let store = chat.store
            let ada = try await chat.person("ada")
            let own = try await store.people.createSession(for: ada, request: request()).session
            let verified = try await store.people.verified(ada)
            try await store.people.setPassword(hash: "new", of: ada, by: own.id)
            await #expect(throws: StaleCredentials.self) { try await store.people.createSession(for: verified) }
            await #expect(throws: StaleCredentials.self) {
                try await store.people.renewSession(of: verified, madeBy: request())
            }
            #expect(try await store.people.sessions(of: ada) == [own])
            _ = try await store.people.createSession(for: store.people.verified(ada))
        }
    }

    @Test("I7: of two changes that verified the same password, the second is refused")
    func twice() async throws {
        try await withChat { chat in
            let store = chat.store
            let ada = try await chat.person("ada")
            let (owner, thief) = (
                try await store.people.createSession(for: ada), try await store.people.createSession(for: ada)
            )
            var changes = UserChanges()
            changes.displayName = "Thief"
            changes.password = .init(
                verified: try await store.people.verified(ada),
                hash: "his",
                session: thief.session.id
            )
            try await store.people.setPassword(hash: "hers", of: ada, by: owner.session.id)
            await #expect(throws: StaleCredentials.self) { try await store.people.update(ada, changes) }
            #expect(try await store.people.credentials(of: ada)?.passwordHash == "hers")
            #expect(try await store.people.user(ada).displayName == "ada")
        }
    }

    @Test("I7: a session that has ended cannot set a password")
    func endedSession() async throws {
        try await withChat { chat in
            let store = chat.store
            let ada = try await chat.person("ada")
            let (session, _) = try await store.people.createSession(for: ada)
            try await store.people.deleteSession(session.id, of: ada)
            let outcome = await refusal { try await store.people.setPassword(hash: "new", of: ada, by: session.id) }
            #expect(outcome == .unauthenticated)
            #expect(try await store.people.credentials(of: ada)?.passwordHash == "hash")
        }
    }

    @Test("I7: the new hash and the end of the other sessions are one commit")
    func oneCommit() async throws {
        try await withChat { chat in
            let store = chat.store
            let ada = try await chat.person("ada")
            let (own, other) = (
                try await store.people.createSession(for: ada), try await store.people.createSession(for: ada)
            )
            let fault = "CREATE TRIGGER fault BEFORE DELETE ON sessions BEGIN SELECT RAISE(ABORT, 'fault'); END"
            try await store.pool.write { try $0.execute(sql: fault) }
            await #expect(throws: EngineError.self) {
                try await store.people.setPassword(hash: "new", of: ada, by: own.session.id)
            }
            #expect(try await store.people.credentials(of: ada)?.passwordHash == "hash")
            try await store.pool.write { try $0.execute(sql: "DROP TRIGGER fault") }
            let followed = try await chat.consequences {
                try await store.people.setPassword(hash: "new", of: ada, by: own.session.id)
            }
            #expect(followed.endedSessions == [other.session.id])
            #expect(try await store.people.credentials(of: ada)?.passwordHash == "new")
            #expect(await refusal { try await store.people.session(of: other.token) } == .unauthenticated)
        }
    }

    @Test("A renewed hash is stored with its new session, and ends no other session")
    func renewed() async throws {
        try await withChat { chat in
            let store = chat.store
            let ada = try await chat.person("ada")
            let (_, token) = try await store.people.createSession(for: ada)
            let credentials = try #require(try await store.people.credentials(of: ada))
            let renewing = VerifiedCredentials(credentials, renewedHash: "renewed")
            // Nothing was made under this key, so this neither renews nor makes the credentials stale.
            #expect(try await store.people.renewSession(of: renewing, madeBy: request()) == nil)
            _ = try await store.people.createSession(for: renewing)
            #expect(try await store.people.credentials(of: ada)?.passwordHash == "renewed")
            _ = try await store.people.session(of: token)
            #expect(try await store.people.sessions(of: ada).count == 2)
        }
    }
}
