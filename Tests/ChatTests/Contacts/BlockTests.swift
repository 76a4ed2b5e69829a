import TestSupport
import Testing

@testable import Chat

@Suite("Blocks", .timeLimit(.standard))
struct BlockTests {
    @Test("A blocked person can neither open a direct room nor write in an old one, without being told why")
    func blocked() async throws {
        try await withChat { chat in
            let people = try await chat.people(3)
            let (ada, bob, eve) = (people[0], people[1], people[2])
            let room = try await chat.directRoom(of: ada, and: eve)
            let message = try await chat.say("mine", in: room, by: eve)
            for blocker in [ada, bob] { try await chat.store.people.block(eve, by: blocker) }
            let store = chat.store
            let expected = Refusal.forbidden("You cannot write to this person.")
            let attempts: [() async throws -> Void] = [
                { _ = try await store.rooms.directRoom(of: eve, and: bob) },
                { _ = try await store.rooms.directRoom(of: eve, and: ada) },
                { try await chat.say("you again", in: room, by: eve) },
                { _ = try await store.messages.edit(message.id, in: room, body: "changed", by: eve) },
                { _ = try await store.rooms.update(room, name: nil, topic: "changed", by: eve) },
            ]
            for attempt in attempts { await #expect(throws: expected) { try await attempt() } }
            // Taking back one's own words, and reading, stay possible.
            try await store.messages.delete(message.id, in: room, by: eve)
            #expect(try await store.messages.page(of: room, at: .newest, limit: 9, for: eve).messages.count == 3)
        }
    }

    @Test("A person who blocks another cannot write to them either, until they lift the block")
    func blocker() async throws {
        try await withChat { chat in
            let (ada, eve) = (try await chat.person("ada"), try await chat.person("eve"))
            let room = try await chat.directRoom(of: ada, and: eve)
            for _ in 0..<2 { try await chat.store.people.block(eve, by: ada) }
            #expect(await refusal { try await chat.say("take that", in: room, by: ada) } == .conflict)
            #expect(await refusal { try await chat.store.rooms.directRoom(of: ada, and: eve) } == .conflict)
            let followed = try await chat.consequences { try await chat.store.people.unblock(eve, by: ada) }
            #expect(followed.notices == [.unblocked(eve, by: ada, isLast: true)])
            try await chat.say("sorry", in: room, by: ada)
            try await chat.say("never mind", in: room, by: eve)
        }
    }

    @Test("I7: Neither sees the other's presence or receipts in any room")
    func presence() async throws {
        try await withChat { chat in
            let people = try await chat.people(3)
            let (ada, eve, cem) = (people[0], people[1], people[2])
            let room = try await chat.room(of: ada, with: [eve, cem])
            let message = try await chat.say("hello", in: room, by: cem)
            let cursor = Cursor(epoch: chat.store.epoch, position: try chat.store.positionOfLog())
            for person in people { try await chat.store.rooms.markRead(room, upTo: message.seq, by: person) }
            try await chat.store.people.block(eve, by: ada)
            for (viewer, other) in [(ada, eve), (eve, ada)] {
                #expect(try await chat.store.people.user(other, for: viewer).showsPresence == false)
                let members = try await chat.store.rooms.members(of: room, for: viewer)
                for member in members {
                    #expect(member.showsActivity == (member.user.id != other))
                    #expect((member.readSeq == message.seq) == (member.user.id != other))
                }
                let start = try await chat.store.events.resumeSnapshot(for: viewer, after: cursor)
                #expect(start.blocked == [other])
                #expect(start.missed?.receipts.contains { $0.userID == other } == false)
                #expect(start.missed?.receipts.count == 2)
            }
            #expect(try await chat.store.rooms.members(of: room, for: cem).allSatisfy(\.showsActivity))
            #expect(try await chat.store.events.resumeSnapshot(for: cem).blocked.isEmpty)
        }
    }

    @Test("The list has only one's own blocks, and is limited")
    func list() async throws {
        var limits = ChatLimits()
        limits.blocksPerPerson = 2
        try await withChat(limits: limits) { chat in
            let people = try await chat.people(4)
            let store = chat.store
            for other in people[1...2] { try await store.people.block(other, by: people[0]) }
            #expect(try await store.people.blocks(of: people[0]).map(\.user.id) == people[1...2].sorted())
            #expect(try await store.people.blocks(of: people[1]).isEmpty)
            #expect(await refusal { try await store.people.block(people[3], by: people[0]) } == .conflict)
            try await store.people.block(people[1], by: people[0])
            #expect(await refusal { try await store.people.block(people[0], by: people[0]) } == .invalid)
            #expect(await refusal { try await store.people.block(.random(), by: people[0]) } == .notFound)
            try await store.people.unblock(people[1], by: people[0])
            try await store.people.block(people[3], by: people[0])
            // A block of the other side is not lifted.
            try await store.people.block(people[0], by: people[3])
            let followed = try await chat.consequences { try await store.people.unblock(people[3], by: people[0]) }
            #expect(followed.notices == [.unblocked(people[3], by: people[0], isLast: false)])
        }
    }
}
