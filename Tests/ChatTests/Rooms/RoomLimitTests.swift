import TestSupport
import Testing

@testable import Chat

@Suite("Limits of rooms", .timeLimit(.standard))
struct RoomLimitTests {
    @Test("I8: Of 130 concurrent joins exactly as many succeed as there are places")
    func fullRoom() async throws {
        try await withChat { chat in
            let owner = try await chat.person("owner")
            let people = try await chat.people(130)
            let room = try await chat.room(.public, of: owner)
            let outcomes = await withTaskGroup { group in
                for person in people {
                    group.addTask {
                        await refusal {
                            try await chat.store.rooms.addMember(person, to: room, role: .member, by: person)
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == nil }.count == 99)
            #expect(outcomes.filter { $0 == .roomFull }.count == 31)
            #expect(try await chat.number("SELECT count(*) FROM members") == 100)
            #expect(try await chat.number("SELECT member_count FROM rooms") == 100)
            // Who was refused left no number behind.
            #expect(try await chat.number("SELECT last_seq FROM rooms") == 100)
        }
    }

    @Test("Leaving makes room for another member")
    func placeAgain() async throws {
        var limits = ChatLimits()
        limits.roomMembers = 2
        try await withChat(limits: limits) { chat in
            let people = try await chat.people(3)
            let room = try await chat.room(.public, of: people[0], with: [people[1]])
            let join = { try await chat.store.rooms.addMember(people[2], to: room, role: .member, by: people[2]) }
            #expect(await refusal(join) == .roomFull)
            try await chat.store.rooms.removeMember(people[1], from: room, by: people[1])
            #expect(await refusal(join) == nil)
        }
    }

    @Test("I8: The rooms of a person are limited to what their list can show")
    func roomsPerPerson() async throws {
        var limits = ChatLimits()
        limits.roomsPerPerson = 2
        try await withChat(limits: limits) { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            for _ in 0..<2 { _ = try await chat.room(of: ada) }
            #expect(await refusal { try await chat.room(of: ada) } == .conflict)
            #expect(await refusal { try await chat.store.rooms.directRoom(of: ada, and: bob) } == .conflict)
            // Refused means that no room without people stays behind.
            #expect(try await chat.number("SELECT count(*) FROM rooms") == 2)
        }
    }
}
