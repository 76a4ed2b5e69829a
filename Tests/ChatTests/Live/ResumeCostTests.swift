import TestSupport
import Testing

@testable import Chat

@Suite("Statements of resuming a connection", .timeLimit(.standard))
struct ResumeCostTests {
    private func statements(_ chat: TestChat, of user: User.ID, after position: Int64?) async throws -> [String] {
        let cursor = position.map { Cursor(epoch: chat.store.epoch, position: $0) }
        return try await chat.statements {
            let start = try await chat.store.events.resumeSnapshot(for: user, after: cursor)
            #expect((start.missed == nil) == (cursor == nil))
        }
    }

    private func person(_ name: String, in chat: TestChat) async throws -> User.ID {
        let user = try await chat.person(name)
        var changes = UserChanges()
        changes.avatar = .attachment(try await chat.picture(by: user))
        _ = try await chat.store.people.update(user, changes)
        return user
    }

    @Test("I8: Six statements if nothing was missed, for any number of rooms, past rooms and blocks")
    func nothingMissed() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await person("ada", in: chat), try await person("bob", in: chat))
            for count in [1, 20] {
                for number in 0..<count {
                    let room = try await chat.room(of: bob, with: [ada])
                    try await chat.say("x", in: room, by: bob)
                    let left = try await chat.room(of: bob, with: [ada])
                    try await chat.store.rooms.removeMember(ada, from: left, by: ada)
                    try await chat.store.people.block(chat.person("other\(count)-\(number)"), by: ada)
                }
                #expect(try await statements(chat, of: ada, after: chat.store.positionOfLog()).count == 6)
                #expect(try await statements(chat, of: ada, after: nil).count == 4)
            }
        }
    }

    /// Everything that takes statements: messages with pictures, members who are there and such who have left, changed
    /// profiles, moved receipts, a past membership, a deleted room.
    private func makeEverythingHappen(_ chat: TestChat, to ada: User.ID, by bob: User.ID, _ count: Int) async throws {
        for number in 0..<count {
            let room = try await chat.room(.public, of: bob, with: [ada])
            let guest = try await person("guest\(count)-\(number)", in: chat)
            _ = try await chat.add(guest, to: room, by: bob)
            let picture = try await chat.picture(by: bob)
            let message = try await chat.say("x", [picture], in: room, by: bob)
            _ = try await chat.store.messages.edit(message.id, in: room, body: "y", by: bob)
            try await chat.store.rooms.markRead(room, upTo: message.seq, by: guest)
            try await chat.store.rooms.removeMember(guest, from: room, by: bob)
            let left = try await chat.room(of: bob, with: [ada])
            try await chat.say("z", in: left, by: bob)
            try await chat.store.rooms.removeMember(ada, from: left, by: ada)
            try await chat.store.rooms.delete(chat.room(of: bob, with: [ada]), by: bob)
        }
    }

    @Test("I8: The number of statements is the same for few and for many missed events")
    func muchMissed() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await person("ada", in: chat), try await person("bob", in: chat))
            var counts: [Int] = []
            for count in [2, 20] {
                let cursor = try chat.store.positionOfLog()
                try await makeEverythingHappen(chat, to: ada, by: bob, count)
                counts.append(try await statements(chat, of: ada, after: cursor).count)
            }
            #expect(counts[0] == counts[1])
            #expect((6...16).contains(counts[1]))
        }
    }
}
