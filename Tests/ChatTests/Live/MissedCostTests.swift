import TestSupport
import Testing

@testable import Chat

@Suite("The cost of looking up a cursor", .timeLimit(.standard))
struct MissedCostTests {
    /// The statements that run while somebody comes back.
    private func statements(_ chat: TestChat, of user: User.ID, after position: Int64) async throws -> [String] {
        let cursor = Cursor(epoch: chat.store.epoch, position: position)
        return try await chat.statements { _ = try await chat.store.events.resumeSnapshot(for: user, after: cursor) }
    }

    @Test("I8: A cursor that is too old is answered from an index, without reading events or messages")
    func farBehind() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let rooms = [try await chat.room(of: ada), try await chat.room(of: ada)]
            for number in 0...MissedEvents.maxEvents { try await chat.say("x", in: rooms[number % 2], by: ada) }
            let far = try await statements(chat, of: ada, after: 0)
            #expect(
                far == [
                    Snapshot.resumeStart, Snapshot.subscriptions, Snapshot.missedPositions,
                    Snapshot.ownAndChangedProfiles,
                ]
            )
            let near = try await statements(chat, of: ada, after: 100)
            #expect(near.contains { $0.contains("payload") })
            #expect(near.contains { $0.contains("FROM messages") })
        }
    }

    @Test("I8: A replay with too many bytes is given up before any message is read")
    func tooManyBytes() async throws {
        var limits = ChatLimits()
        limits.messageBytes = 32_768
        try await withChat(limits: limits) { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let body = String(repeating: "x", count: 32_768)
            let cursor = try chat.store.positionOfLog()
            for _ in 0..<90 { try await chat.say(body, in: room, by: ada) }
            let statements = try await statements(chat, of: ada, after: cursor)
            #expect(statements.contains { $0.contains("length(body)") })
            #expect(!statements.contains { $0.contains(Message.columns) })
            let start = try await chat.store.events.resumeSnapshot(
                for: ada,
                after: Cursor(epoch: chat.store.epoch, position: cursor)
            )
            #expect(start.missed == nil)
            let near = Cursor(epoch: chat.store.epoch, position: start.position - 30)
            #expect(try await chat.store.events.resumeSnapshot(for: ada, after: near).missed?.events.count == 30)
        }
    }

    @Test("I8: The position of the last receipts is found in a few steps, however much happens at once")
    func manyAtOnce() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada, with: [bob])
            chat.clock.advance(by: .seconds(60))
            for _ in 0..<500 { try await chat.say("x", in: room, by: ada) }
            let sql = "WITH RECURSIVE \(Snapshot.probes) SELECT count(*) FROM probes"
            let steps = try await chat.number(sql, [try chat.store.positionOfLog(), 5000])
            #expect((2...12).contains(steps))
        }
    }
}
