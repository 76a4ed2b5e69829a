import TestSupport
import Testing

@testable import Chat

@Suite("Profiles that changed while a client was away", .timeLimit(.standard))
struct MissedProfileTests {
    private func rename(_ user: User.ID, to name: String, in chat: TestChat) async throws -> Consequences {
        var changes = UserChanges()
        changes.displayName = name
        return try await chat.consequences { [changes] in _ = try await chat.store.people.update(user, changes) }
    }

    private func missed(by user: User.ID, since position: Int64, in chat: TestChat) async throws -> [String]? {
        let cursor = Cursor(epoch: chat.store.epoch, position: position)
        return try await chat.store.events.resumeSnapshot(for: user, after: cursor).missed?.profiles.map(\.displayName)
    }

    @Test("I2: a reconnecting client receives the new names of people who share a room with its person")
    func missed() async throws {
        try await withChat { chat in
            let (ada, bob, eve) = (
                try await chat.person("ada"), try await chat.person("bob"), try await chat.person("eve")
            )
            let room = try await chat.room(of: ada, with: [bob])
            let before = try chat.store.positionOfLog()
            #expect(try await missed(by: bob, since: before, in: chat) == [])
            chat.clock.advance(by: .seconds(60))
            let followed = try await rename(ada, to: "Countess", in: chat)
            #expect(followed.notices == [.profile(try await chat.store.people.user(ada), in: [room])])
            #expect(try await missed(by: bob, since: before, in: chat) == ["Countess"])
            #expect(try await missed(by: ada, since: before, in: chat) == ["Countess"])
            #expect(try await missed(by: eve, since: before, in: chat) == [])
            // Long after, a client that has received later events has received the name too.
            for _ in 0..<3 {
                chat.clock.advance(by: .seconds(60))
                try await chat.say("later", in: room, by: ada)
            }
            #expect(try await missed(by: bob, since: chat.store.positionOfLog(), in: chat) == [])
        }
    }

    @Test("An update that changes nothing visible is not announced")
    func unseen() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            _ = try await chat.room(of: ada)
            #expect(try await rename(ada, to: "ada", in: chat).notices.isEmpty)
            #expect(try await chat.number("SELECT profile_position FROM users") == 0)
        }
    }

    @Test("I8: a client that missed too many profiles has to fetch everything")
    func tooMany() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            try await chat.store.change(about: []) { change in
                try change.execute(
                    """
                    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
                    INSERT INTO users (id, username, display_name, password_hash, created_at, profile_position)
                    SELECT randomblob(16), 'user' || n, 'Name', 'hash', 0, 1 FROM number
                    """,
                    [MissedEvents.maxProfiles + 1]
                )
            }
            #expect(try await missed(by: ada, since: 0, in: chat) == nil)
        }
    }
}
