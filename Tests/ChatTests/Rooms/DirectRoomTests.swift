import TestSupport
import Testing

@testable import Chat

@Suite("Direct rooms", .timeLimit(.standard))
struct DirectRoomTests {
    @Test("Two people have one direct room, however many concurrent requests either of them sends")
    func oncePerPair() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let rooms = try await withThrowingTaskGroup { group in
                for number in 0..<20 {
                    let (first, second) = number.isMultiple(of: 2) ? (ada, bob) : (bob, ada)
                    group.addTask { try await chat.store.rooms.directRoom(of: first, and: second).room.id }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(rooms.count == 1)
            #expect(try await chat.number("SELECT count(*) FROM rooms") == 1)
            #expect(try await chat.number("SELECT member_count FROM rooms") == 2)
            #expect(try await chat.store.rooms.list(of: bob).map(\.view.role) == [.owner])
        }
    }

    @Test("A direct room needs another, existing person")
    func withWhom() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            #expect(await refusal { try await chat.store.rooms.directRoom(of: ada, and: ada) } == .invalid)
            #expect(await refusal { try await chat.store.rooms.directRoom(of: ada, and: .random()) } == .notFound)
            #expect(try await chat.number("SELECT count(*) FROM rooms") == 0)
        }
    }

    @Test("I7: The people, name and roles of a direct room cannot be changed")
    func fixed() async throws {
        try await withChat { chat in
            let people = try await chat.people(3)
            let room = try await chat.directRoom(of: people[0], and: people[1])
            let store = chat.store
            #expect(
                await refusal { try await store.rooms.addMember(people[2], to: room, role: .member, by: people[0]) }
                    == .conflict
            )
            #expect(
                await refusal { try await store.rooms.removeMember(people[1], from: room, by: people[0]) } == .conflict
            )
            #expect(
                await refusal { try await store.rooms.removeMember(people[0], from: room, by: people[0]) } == .conflict
            )
            #expect(
                await refusal { try await store.rooms.setRole(.member, of: people[1], in: room, by: people[0]) }
                    == .conflict
            )
            #expect(
                await refusal { try await store.rooms.update(room, name: "X", topic: nil, by: people[0]) } == .conflict
            )
            #expect(await refusal { try await store.rooms.delete(room, by: people[0]) } == .conflict)
            #expect(await refusal { try await store.rooms.room(room, for: people[2]) } == .notFound)
            #expect(
                await refusal { try await store.rooms.addMember(people[2], to: room, role: .member, by: people[2]) }
                    == .notFound
            )
            #expect(try await store.rooms.room(room, for: people[1]).room.memberCount == 2)
        }
    }

    @Test("Both people own their direct room, so either may delete a message in it")
    func othersMessages() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.store.rooms.directRoom(of: ada, and: bob).room.id
            let message = try await chat.say("mine", in: room, by: ada)
            let followed = try await chat.consequences {
                try await chat.store.messages.delete(message.id, in: room, by: bob)
            }
            #expect(followed.releasedAttachments.isEmpty)
            #expect(try await chat.store.messages.message(message.id, in: room, for: ada).deletedAt != nil)
        }
    }
}
