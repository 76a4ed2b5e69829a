import TestSupport
import Testing

@testable import Chat

@Suite("Missed events", .timeLimit(.standard))
struct MissedTests {
    private func missed(_ chat: TestChat, by user: User.ID, after position: Int64) async throws -> MissedEvents? {
        try await chat.store.events.resumeSnapshot(
            for: user,
            after: Cursor(epoch: chat.store.epoch, position: position)
        )
        .missed
    }

    private func positions(_ chat: TestChat, of user: User.ID, after position: Int64) async throws -> [Int64]? {
        try await missed(chat, by: user, after: position)?.events.map(\.position)
    }

    @Test("I2: Exactly the events after the cursor are replayed, in order across all rooms")
    func behindCursor() async throws {
        try await withChat { chat in
            let people = try await chat.people(2)
            let rooms = [try await chat.room(of: people[0]), try await chat.room(of: people[0])]
            for number in 0..<6 { try await chat.say("\(number)", in: rooms[number % 2], by: people[0]) }
            let all = chat.follower.events.map(\.position)
            for cursor in 0...Int64(all.count) {
                #expect(try await positions(chat, of: people[0], after: cursor) == all.filter { $0 > cursor })
            }
            #expect(try await positions(chat, of: people[1], after: 0) == [])
        }
    }

    @Test("A cursor of another database, of the future or from before the log is not resumed")
    func foreignCursor() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            for cursor in [Cursor(epoch: "other", position: 0), Cursor(epoch: chat.store.epoch, position: 2)] {
                #expect(try await chat.store.events.resumeSnapshot(for: ada, after: cursor).missed == nil)
            }
            #expect(try await chat.store.events.resumeSnapshot(for: ada).missed == nil)
            chat.clock.advance(by: .seconds(10))
            try await chat.say("kept", in: room, by: ada)
            #expect(try await chat.store.events.prune(before: chat.clock.now, eventsPerRoom: 1000, limit: 10) == 1)
            #expect(try await positions(chat, of: ada, after: 0) == nil)
            #expect(try await positions(chat, of: ada, after: 1) == [2])
        }
    }

    @Test("A client can resume from the cursor of an empty database")
    func empty() async throws {
        try await withChat { chat in
            #expect(chat.store.epoch.count >= 8)
            let ada = try await chat.person("ada")
            #expect(try await positions(chat, of: ada, after: 0) == [])
        }
    }

    @Test("I8: A thousand missed events are replayed, one more is not")
    func limit() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            for _ in 0..<MissedEvents.maxEvents { try await chat.say("more", in: room, by: ada) }
            #expect(try await positions(chat, of: ada, after: 1)?.count == MissedEvents.maxEvents)
            #expect(try await positions(chat, of: ada, after: 0) == nil)
        }
    }

    @Test("I7: A member who joined later receives events from their joining on")
    func joinedLater() async throws {
        try await withChat { chat in
            let people = try await chat.people(2)
            let room = try await chat.room(of: people[0])
            try await chat.say("before", in: room, by: people[0])
            _ = try await chat.add(people[1], to: room, role: .member, by: people[0])
            try await chat.say("after", in: room, by: people[0])
            #expect(try await positions(chat, of: people[1], after: 0) == [3, 4])
        }
    }

    @Test("I7: A removed member receives events up to their removal, even after joining again")
    func removed() async throws {
        try await withChat { chat in
            let people = try await chat.people(2)
            let room = try await chat.room(of: people[0], with: [people[1]])
            try await chat.say("with", in: room, by: people[0])
            try await chat.store.rooms.removeMember(people[1], from: room, by: people[0])
            try await chat.say("without", in: room, by: people[0])
            #expect(try await positions(chat, of: people[1], after: 2) == [3, 4])
            #expect(try await positions(chat, of: people[1], after: 4) == [])
            _ = try await chat.add(people[1], to: room, role: .member, by: people[0])
            try await chat.say("again", in: room, by: people[0])
            #expect(try await positions(chat, of: people[1], after: 2) == [3, 4, 6, 7])
            #expect(try await positions(chat, of: people[1], after: 5) == [6, 7])
        }
    }

    @Test("Only the deletion of a deleted room is replayed")
    func deletedRoom() async throws {
        try await withChat { chat in
            let people = try await chat.people(2)
            let room = try await chat.room(of: people[0], with: [people[1]])
            try await chat.say("gone", in: room, by: people[0])
            try await chat.store.rooms.delete(room, by: people[0])
            let before = try #require(try await missed(chat, by: people[1], after: 2))
            #expect(before.events.map(\.kind) == ["room.deleted"])
            while try await chat.store.rooms.pruneDeleted(limit: 10) > 0 {}
            let after = try #require(try await missed(chat, by: people[1], after: 2))
            #expect(after.events.map(\.kind) == ["room.deleted"])
        }
    }

    @Test("Deleted content is not replayed")
    func deletedMessage() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let picture = try await chat.upload(.image, by: ada)
            let message = try await chat.say("secret", [picture], in: room, by: ada)
            _ = try await chat.store.renderings.finish(picture, variants: [.sample])
            _ = try await chat.store.messages.edit(message.id, in: room, body: "secret still", by: ada)
            try await chat.store.messages.delete(message.id, in: room, by: ada)
            try await chat.store.attachments.deleteRows(of: [picture])
            let events = try #require(try await missed(chat, by: ada, after: 1)).events
            #expect(events.map(\.seq) == [2, 3, 4, 5])
            for event in events {
                switch event.content {
                case .messageCreated(let message), .messageEdited(let message), .messageDeleted(let message):
                    #expect(message.body == "" && message.attachments == [] && message.deletedAt != nil)
                default:
                    Issue.record("\(event.kind) carries deleted content")
                }
            }
        }
    }

    @Test("Nothing is replayed across a gap in the log")
    func gap() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            for _ in 0..<5 { try await chat.say("x", in: room, by: ada) }
            try await chat.store.change(about: []) { try $0.execute("DELETE FROM events WHERE position = 3", []) }
            #expect(try await positions(chat, of: ada, after: 1) == nil)
            #expect(try await positions(chat, of: ada, after: 3) == [4, 5, 6])
        }
    }

    @Test("Receipts that may have moved are sent, only those of own rooms")
    func receipts() async throws {
        try await withChat { chat in
            let people = try await chat.people(3)
            let room = try await chat.room(of: people[0], with: [people[1]])
            let other = try await chat.room(of: people[2])
            let read = try await chat.consequences { try await chat.store.rooms.markRead(room, upTo: 1, by: people[1]) }
            #expect(read.receipts.isEmpty)
            try await chat.say("x", in: room, by: people[0])
            let before = try chat.store.positionOfLog()
            let followed = try await chat.consequences {
                try await chat.store.rooms.markRead(room, upTo: 3, by: people[1])
            }
            let moved = try #require(followed.receipts.first)
            try await chat.store.rooms.markDelivered([.init(room: other, user: people[2], seq: 1)])
            #expect(try await missed(chat, by: people[0], after: before)?.receipts == [moved])
            #expect(try await missed(chat, by: people[1], after: before - 1)?.receipts == [moved])
            // The receipt is sent a little later than the event behind it, which may be the last thing that was received.
            chat.clock.advance(by: MissedEvents.receiptLag)
            try await chat.say("y", in: room, by: people[0])
            #expect(try await missed(chat, by: people[0], after: before + 1)?.receipts == [moved])
            chat.clock.advance(by: MissedEvents.receiptLag + .milliseconds(1))
            try await chat.say("z", in: room, by: people[0])
            #expect(try await missed(chat, by: people[0], after: before + 2)?.receipts == [])
        }
    }
}
