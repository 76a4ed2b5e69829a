import TestSupport
import Testing

@testable import Chat

@Suite("Missed events that were pruned", .timeLimit(.standard))
struct PrunedMembershipTests {
    private func positions(_ chat: TestChat, of user: User.ID, after position: Int64) async throws -> [Int64]? {
        let cursor = Cursor(epoch: chat.store.epoch, position: position)
        return try await chat.store.events.resumeSnapshot(for: user, after: cursor).missed?.events.map(\.position)
    }

    /// A room that Bob has left. Its events have the positions 1 (Ada joins), 2 (Bob joins), 3 and 4 (messages), 5 (Bob
    /// leaves), and behind those as many messages as a room keeps.
    private func withLeftRoom(_ body: (_ chat: TestChat, _ bob: User.ID) async throws -> Void) async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada, with: [bob])
            for _ in 0..<2 { try await chat.say("with", in: room, by: ada) }
            try await chat.store.rooms.removeMember(bob, from: room, by: bob)
            for _ in 0..<MissedEvents.maxEvents { try await chat.say("without", in: room, by: ada) }
            try await body(chat, bob)
        }
    }

    /// Prunes the oldest events of a long room.
    private func prune(_ count: Int, in chat: TestChat) async throws {
        let kept = MissedEvents.maxEvents
        #expect(try await chat.store.events.prune(before: chat.clock.now, eventsPerRoom: kept, limit: count) == count)
    }

    @Test("I2: A former member whose leaving was pruned from a long room does not resume")
    func leaving() async throws {
        try await withLeftRoom { chat, bob in
            for cursor in 2...4 as ClosedRange<Int64> {
                #expect(try await positions(chat, of: bob, after: cursor) == Array(cursor + 1...5))
            }
            try await prune(5, in: chat)
            for cursor in 0...4 as ClosedRange<Int64> {
                #expect(try await positions(chat, of: bob, after: cursor) == nil)
            }
            for cursor in 5...6 as ClosedRange<Int64> {
                #expect(try await positions(chat, of: bob, after: cursor) == [])
            }
        }
    }

    @Test("I2: A former member who missed a pruned event before their leaving does not resume", arguments: 1...4)
    func beforeLeaving(pruned: Int) async throws {
        try await withLeftRoom { chat, bob in
            try await prune(pruned, in: chat)
            for cursor in 0...4 as ClosedRange<Int64> {
                // Their joining, the second event, is the first one that they receive.
                let isComplete = pruned == 1 || cursor >= pruned
                let expected: [Int64]? = isComplete ? Array(max(cursor + 1, 2)...5) : nil
                #expect(try await positions(chat, of: bob, after: cursor) == expected)
            }
        }
    }

    @Test("I2: A member who missed one event more than a long room keeps does not resume")
    func member() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            try await chat.say("received", in: room, by: ada)
            for _ in 0...MissedEvents.maxEvents { try await chat.say("missed", in: room, by: ada) }
            #expect(try await positions(chat, of: ada, after: 2) == nil)
            try await prune(3, in: chat)
            #expect(try await positions(chat, of: ada, after: 2) == nil)
            #expect(try await positions(chat, of: ada, after: 3)?.count == MissedEvents.maxEvents)
        }
    }

    @Test("Events pruned by age before the cursor do not count as missed")
    func age() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let (quiet, busy) = (try await chat.room(of: ada), try await chat.room(of: ada))
            try await chat.say("old", in: quiet, by: ada)
            chat.clock.advance(by: .seconds(1))
            for _ in 0..<2 { try await chat.say("busy", in: busy, by: ada) }
            try await chat.say("new", in: quiet, by: ada)
            let kept = MissedEvents.maxEvents
            #expect(try await chat.store.events.prune(before: chat.clock.now, eventsPerRoom: kept, limit: 10) == 3)
            #expect(try await positions(chat, of: ada, after: 2) == nil)
            for cursor in 3...6 as ClosedRange<Int64> {
                #expect(try await positions(chat, of: ada, after: cursor) == Array((1...6).filter { $0 > cursor }))
            }
        }
    }
}
