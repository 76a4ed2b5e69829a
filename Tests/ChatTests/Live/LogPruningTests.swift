import TestSupport
import Testing

@testable import Chat

@Suite("Pruning the log", .timeLimit(.standard))
struct LogPruningTests {
    @Test("Events are pruned by age, in small batches, with the past memberships that they ended")
    func age() async throws {
        try await withChat { chat in
            let people = try await chat.people(2)
            let room = try await chat.room(of: people[0], with: [people[1]])
            try await chat.store.rooms.removeMember(people[1], from: room, by: people[0])
            chat.clock.advance(by: .seconds(100))
            try await chat.say("kept", in: room, by: people[0])
            let time = chat.clock.now
            #expect(try await chat.store.events.prunableCount(before: time, eventsPerRoom: 1000) == 3)
            let prune = { try await chat.store.events.prune(before: time, eventsPerRoom: 1000, limit: 2) }
            #expect(try await prune() == 2)
            #expect(try await chat.number("SELECT count(*) FROM past_memberships") == 1)
            #expect(try await prune() == 1)
            #expect(try await chat.number("SELECT count(*) FROM past_memberships") == 0)
            #expect(try await prune() == 0)
            #expect(try await chat.numbers("SELECT position FROM events") == [4])
            #expect(try await chat.number("SELECT log_floor FROM meta") == 3)
        }
    }

    @Test("A room keeps its newest events")
    func count() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let (long, short) = (try await chat.room(of: ada), try await chat.room(of: ada))
            for _ in 0..<1005 { try await chat.say("x", in: long, by: ada) }
            let time = chat.clock.now
            #expect(try await chat.store.events.prunableCount(before: time, eventsPerRoom: 1000) == 6)
            var removed: [Int] = []
            while case let step = try await chat.store.events.prune(before: time, eventsPerRoom: 1000, limit: 4),
                step > 0
            {
                removed.append(step)
            }
            #expect(removed == [4, 2])
            #expect(try await chat.number("SELECT count(*) FROM events WHERE room_id = ?", [long]) == 1000)
            #expect(try await chat.number("SELECT count(*) FROM events WHERE room_id = ?", [short]) == 1)
            #expect(try await chat.number("SELECT log_floor FROM meta") == 0)
        }
    }

    @Test("A clock that was set back does not make new events old")
    func clockSetBack() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            chat.clock.advance(by: .seconds(-1000))
            try await chat.say("x", in: room, by: ada)
            #expect(try await chat.store.events.prune(before: chat.clock.now, eventsPerRoom: 1000, limit: 10) == 0)
        }
    }

    @Test("A past membership whose end was pruned from a long room is pruned by the age of its end")
    func endOfLongRoom() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada, with: [bob])
            try await chat.store.rooms.removeMember(bob, from: room, by: bob)
            for _ in 0..<1000 { try await chat.say("x", in: room, by: ada) }
            let positions = "SELECT left_position FROM past_memberships WHERE left_position IS NOT NULL"
            #expect(try await chat.numbers(positions) == [])
            let begin = chat.clock.now
            #expect(try await chat.store.events.prune(before: begin, eventsPerRoom: 1000, limit: 10) == 3)
            #expect(try await chat.numbers(positions) == [3])
            chat.clock.advance(by: .seconds(1))
            #expect(try await chat.store.events.prune(before: chat.clock.now, eventsPerRoom: 1000, limit: 10) == 10)
            #expect(try await chat.number("SELECT count(*) FROM past_memberships") == 0)
        }
    }
}
