import TestSupport
import Testing

@testable import Chat

@Suite("Sender backfill", .timeLimit(.standard))
struct RenameTests {
    private func rename(_ user: User.ID, to name: String, in chat: TestChat) async throws {
        var changes = UserChanges()
        changes.displayName = name
        _ = try await chat.store.people.update(user, changes)
    }

    /// The rooms whose pages one step has changed; nil where there was nothing left to do.
    private func changedRooms(_ chat: TestChat) async throws -> Set<Room.ID>? {
        var isLeft = false
        let followed = try await chat.consequences { isLeft = try await chat.store.messages.backfillSenders() }
        guard isLeft, case .rooms(let rooms) = followed.changedPages else { return nil }
        return rooms
    }

    /// Makes many old messages faster than saying them would.
    private func fill(_ room: Room.ID, _ count: Int, by user: User.ID, in chat: TestChat) async throws {
        try await chat.store.change(about: []) { change in
            try change.execute(
                """
                WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
                INSERT INTO messages (id, room_id, seq, sender_id, sender_name, body, created_at)
                SELECT randomblob(16), ?, 1000 + n, ?, 'old', 'text', 0 FROM number
                """,
                [count, room, user]
            )
        }
    }

    @Test("Batches write a new name into every old message of that person and of nobody else")
    func batches() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada, with: [bob])
            try await fill(room, 4500, by: ada, in: chat)
            try await chat.say("bob's", in: room, by: bob)
            try await rename(ada, to: "Ada", in: chat)
            var steps = 0
            while try await chat.store.messages.backfillSenders() { steps += 1 }
            #expect(steps >= 3)
            let named = "SELECT count(*) FROM messages WHERE sender_name = ?"
            #expect(try await chat.number(named, ["Ada"]) == 4500)
            #expect(try await chat.number(named, ["bob"]) == 1)
            #expect(try await chat.number("SELECT count(*) FROM renames") == 0)
        }
    }

    @Test("A second new name during the backfill of the first one wins everywhere")
    func twice() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            try await fill(room, 2500, by: ada, in: chat)
            try await rename(ada, to: "First", in: chat)
            #expect(try await changedRooms(chat) == [room])
            try await rename(ada, to: "Second", in: chat)
            while try await chat.store.messages.backfillSenders() {}
            #expect(try await chat.numbers("SELECT DISTINCT sender_name = 'Second' FROM messages") == [1])
        }
    }

    @Test("A new avatar reaches old messages, and so does its removal")
    func avatar() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let message = try await chat.say("hello", in: room, by: ada)
            let picture = try await chat.picture(by: ada)
            var changes = UserChanges()
            changes.avatar = .attachment(picture)
            _ = try await chat.store.people.update(ada, changes)
            #expect(try await chat.say("new", in: room, by: ada).sender.avatar?.id == picture)
            while try await chat.store.messages.backfillSenders() {}
            let avatar = try await chat.store.messages.message(message.id, in: room, for: ada).sender.avatar
            #expect(avatar == Message.Avatar(id: picture, format: .jpg))
            changes.avatar = UserChanges.Avatar.none
            _ = try await chat.store.people.update(ada, changes)
            while try await chat.store.messages.backfillSenders() {}
            #expect(try await chat.store.messages.message(message.id, in: room, for: ada).sender.avatar == nil)
        }
    }

    @Test("I8: only rooms with changed messages are returned, and an unchanged name changes nothing")
    func onlyChanges() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let (own, other) = (try await chat.room(of: ada), try await chat.room(of: bob))
            try await chat.say("ada's", in: own, by: ada)
            try await chat.say("bob's", in: other, by: bob)
            try await rename(ada, to: "ada", in: chat)
            #expect(try await chat.number("SELECT count(*) FROM renames") == 0)
            try await rename(ada, to: "Ada", in: chat)
            #expect(try await changedRooms(chat) == [own])
            #expect(try await changedRooms(chat) == [])
            #expect(try await changedRooms(chat) == nil)
            // There and back again: nothing is written twice.
            try await rename(ada, to: "Countess", in: chat)
            try await rename(ada, to: "Ada", in: chat)
            #expect(try await changedRooms(chat) == [])
        }
    }

    @Test("Without a new name there is no work")
    func nothing() async throws {
        try await withChat { chat in
            let rooms = try await changedRooms(chat)
            #expect(rooms == nil)
        }
    }
}
