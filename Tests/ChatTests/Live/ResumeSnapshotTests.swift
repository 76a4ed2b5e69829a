import TestSupport
import Testing

@testable import Chat

@Suite("Resume snapshots", .timeLimit(.standard))
struct ResumeSnapshotTests {
    @Test("I2: Rooms and position are from the same snapshot, however busy the writers are")
    func oneMoment() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(.public, of: ada)
            try await withThrowingTaskGroup { group in
                group.addTask {
                    for _ in 0..<60 {
                        _ = try await chat.store.rooms.addMember(bob, to: room, role: .member, by: bob)
                        try await chat.store.rooms.removeMember(bob, from: room, by: bob)
                    }
                }
                group.addTask {
                    for _ in 0..<200 {
                        let start = try await chat.store.events.resumeSnapshot(for: bob)
                        // The room's events alternate: ada joined, then bob joins, leaves, joins …
                        #expect(start.rooms.isEmpty == !start.position.isMultiple(of: 2))
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("The position is that of the newest event ever, even if the log was pruned")
    func position() async throws {
        try await withChat { chat in
            #expect(try chat.store.positionOfLog() == 0)
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            try await chat.say("two", in: room, by: ada)
            #expect(try chat.store.positionOfLog() == 2)
            try await chat.store.change(about: []) { try $0.execute("DELETE FROM events", []) }
            #expect(try chat.store.positionOfLog() == 2)
            try await chat.say("three", in: room, by: ada)
            #expect(try await chat.store.events.resumeSnapshot(for: ada).position == 3)
            #expect(chat.follower.events.map(\.position) == [1, 2, 3])
        }
    }
}
