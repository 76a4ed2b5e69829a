import TestSupport
import Testing
import Vocabulary

@testable import Chat

@Suite("Sessions", .timeLimit(.standard))
struct SessionTests {
    private static let day = Duration.seconds(86_400)

    @Test("A session is found by its own token only")
    func token() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let (session, token) = try await chat.store.people.createSession(for: ada)
            #expect(try await chat.store.people.session(of: token) == session)
            #expect(await refusal { try await chat.store.people.session(of: .make()) } == .unauthenticated)
            #expect(
                await refusal { try await chat.store.people.session(of: SessionToken(text: "")) } == .unauthenticated
            )
        }
    }

    @Test("I7: Only the hash of a token is stored")
    func onlyHash() async throws {
        try await withChat { chat in
            let (_, token) = try await chat.store.people.createSession(for: try await chat.person("ada"))
            #expect(token.text.utf8.count == 43)
            #expect(try await chat.number("SELECT count(*) FROM sessions WHERE token_hash = ?", [token.hash]) == 1)
            #expect(try await chat.number("SELECT length(token_hash) FROM sessions") == 32)
        }
    }

    @Test("A session ends 30 days after its last use")
    func expiry() async throws {
        try await withChat { chat in
            let (_, token) = try await chat.store.people.createSession(for: try await chat.person("ada"))
            chat.clock.advance(by: Self.day * 30 - .milliseconds(1))
            _ = try await chat.store.people.session(of: token)
            chat.clock.advance(by: Self.day * 30 - .milliseconds(1))
            _ = try await chat.store.people.session(of: token)
            chat.clock.advance(by: Self.day * 30)
            #expect(await refusal { try await chat.store.people.session(of: token) } == .unauthenticated)
        }
    }

    @Test("Uses are stored at most once an hour")
    func prolonging() async throws {
        try await withChat { chat in
            let (session, token) = try await chat.store.people.createSession(for: try await chat.person("ada"))
            let expiry = "SELECT expires_at FROM sessions"
            chat.clock.advance(by: .seconds(3599))
            _ = try await chat.store.people.session(of: token)
            #expect(try await chat.numbers(expiry) == [session.expiresAt.milliseconds])
            chat.clock.advance(by: .seconds(1))
            _ = try await chat.store.people.session(of: token)
            #expect(try await chat.numbers(expiry) == [(chat.clock.now + Self.day * 30).milliseconds])
        }
    }

    @Test("I8: Above the limit the least recently used session ends")
    func limit() async throws {
        var limits = ChatLimits()
        limits.sessionsPerPerson = 3
        try await withChat(limits: limits) { chat in
            let ada = try await chat.person("ada")
            var tokens: [SessionToken] = []
            for _ in 0..<3 {
                tokens.append(try await chat.store.people.createSession(for: ada).token)
                chat.clock.advance(by: .seconds(3600))
            }
            // The first is used again, so the second is the longest unused.
            _ = try await chat.store.people.session(of: tokens[0])
            tokens.append(try await chat.store.people.createSession(for: ada).token)
            #expect(await refusal { try await chat.store.people.session(of: tokens[1]) } == .unauthenticated)
            for index in [0, 2, 3] { _ = try await chat.store.people.session(of: tokens[index]) }
            #expect(try await chat.store.people.sessions(of: ada).count == 3)
        }
    }

    @Test("The new session is never the one that ends, even after the clock was set back")
    func clockSetBack() async throws {
        var limits = ChatLimits()
        limits.sessionsPerPerson = 3
        try await withChat(limits: limits) { chat in
            let ada = try await chat.person("ada")
            for _ in 0..<3 { _ = try await chat.store.people.createSession(for: ada) }
            chat.clock.advance(by: .seconds(-60))
            let (_, token) = try await chat.store.people.createSession(for: ada)
            _ = try await chat.store.people.session(of: token)
            #expect(try await chat.store.people.sessions(of: ada).count == 3)
        }
    }

    @Test("The list has the sessions that have not expired, latest use first")
    func list() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            _ = try await chat.store.people.createSession(for: ada)
            chat.clock.advance(by: Self.day * 29)
            let (second, _) = try await chat.store.people.createSession(for: ada)
            chat.clock.advance(by: Self.day)
            let (third, _) = try await chat.store.people.createSession(for: ada)
            #expect(try await chat.store.people.sessions(of: ada).map(\.id) == [third.id, second.id])
        }
    }

    @Test("Own sessions can be ended, those of others are not found")
    func signOut() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let (session, token) = try await chat.store.people.createSession(for: ada)
            #expect(await refusal { try await chat.store.people.deleteSession(session.id, of: bob) } == .notFound)
            try await chat.store.people.deleteSession(session.id, of: ada)
            #expect(await refusal { try await chat.store.people.deleteSession(session.id, of: ada) } == .notFound)
            #expect(await refusal { try await chat.store.people.session(of: token) } == .unauthenticated)
        }
    }

    @Test("A new password ends every other session")
    func signOutOthers() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let (kept, token) = try await chat.store.people.createSession(for: ada)
            let (ended, _) = try await chat.store.people.createSession(for: ada)
            let (others, _) = try await chat.store.people.createSession(for: bob)
            let followed = try await chat.consequences {
                try await chat.store.people.setPassword(hash: "new", of: ada, by: kept.id)
            }
            #expect(followed.endedSessions == [ended.id])
            _ = try await chat.store.people.session(of: token)
            #expect(try await chat.store.people.sessions(of: bob) == [others])
        }
    }

    @Test("I7: A recently used session ends at once, in every way of ending it")
    func endsAtOnce() async throws {
        var limits = ChatLimits()
        limits.sessionsPerPerson = 2
        try await withChat(limits: limits) { chat in
            let ada = try await chat.person("ada")
            let (first, firstToken) = try await chat.store.people.createSession(for: ada)
            _ = try await chat.store.people.session(of: firstToken)
            try await chat.store.people.deleteSession(first.id, of: ada)
            let (second, secondToken) = try await chat.store.people.createSession(for: ada)
            let (third, thirdToken) = try await chat.store.people.createSession(for: ada)
            for token in [secondToken, thirdToken] { _ = try await chat.store.people.session(of: token) }
            let followed = try await chat.consequences {
                try await chat.store.people.setPassword(hash: "new", of: ada, by: third.id)
            }
            #expect(followed.endedSessions == [second.id])
            for _ in 0..<2 {
                chat.clock.advance(by: .seconds(1))
                _ = try await chat.store.people.createSession(for: ada)
            }
            for token in [firstToken, secondToken, thirdToken] {
                #expect(await refusal { try await chat.store.people.session(of: token) } == .unauthenticated)
            }
        }
    }

    @Test("A use of a session while the clock was ahead does not prevent later extensions")
    func clockAhead() async throws {
        try await withChat { chat in
            let (_, token) = try await chat.store.people.createSession(for: try await chat.person("ada"))
            let ahead = Self.day * 20
            chat.clock.advance(by: ahead)
            _ = try await chat.store.people.session(of: token)
            chat.clock.advance(by: .zero - ahead)
            let session = try await chat.store.people.session(of: token)
            #expect(session.expiresAt == chat.clock.now + Self.day * 30)
        }
    }

    @Test("I7: a session that ends while its expiry is extended is not returned")
    func endsWhileProlonged() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let (session, token) = try await chat.store.people.createSession(for: ada)
            chat.clock.advance(by: .seconds(3600))
            // It is asked for between the reading and the writing.
            let network = {
                _ = try? chat.store.pool.write { db in
                    try db.execute(sql: "DELETE FROM sessions WHERE id = ?", arguments: [session.id])
                }
                return nil as Network?
            }
            #expect(await refusal { try await chat.store.people.session(of: token, from: network) } == .unauthenticated)
        }
    }
}
