import GRDB
import Synchronization
import TestSupport
import Testing

@testable import Chat

@Suite("What a look at a cursor costs", .timeLimit(.standard))
struct MissedCostTests {
    /// The statements that run while somebody's missed events are read.
    private func statements(_ chat: TestChat, of user: User.ID, after position: Int64) async throws -> [String] {
        let seen = Mutex<[String]>([])
        try await chat.store.pool.read { db in
            db.trace { event in
                guard case .statement(let statement) = event else { return }
                seen.withLock { $0.append(statement.sql) }
            }
            _ = try db.missed(by: user, after: position)
            db.trace(options: [])
        }
        return seen.withLock { $0 }
    }

    @Test("I8: A cursor that lies too far behind is answered from an index, without a look at any event or message")
    func farBehind() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let rooms = [try await chat.room(of: ada), try await chat.room(of: ada)]
            for number in 0...Missed.maxEvents { try await chat.say("x", in: rooms[number % 2], by: ada) }
            let far = try await statements(chat, of: ada, after: 0)
            #expect(far.contains(Database.positionsOfRoom))
            #expect(!far.contains { $0.contains("FROM messages") || $0.contains("payload") || $0.contains(" at ") })
            let near = try await statements(chat, of: ada, after: 100)
            #expect(near.contains(Database.eventsOfRoom))
            #expect(near.contains { $0.contains("FROM messages") })
        }
    }

    @Test("I8: Events that come to too many bytes are given up as soon as that is certain")
    func tooManyBytes() async throws {
        var limits = ChatLimits()
        limits.messageBytes = 32_768
        try await withChat(limits: limits) { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let body = String(repeating: "x", count: 32_768)
            let cursor = try chat.store.logPosition()
            for _ in 0..<90 { try await chat.say(body, in: room, by: ada) }
            let reads = try await statements(chat, of: ada, after: cursor).count { $0.contains("FROM messages") }
            #expect(reads < 70)
            let start = try await chat.store.events.liveStart(
                for: ada,
                after: Cursor(epoch: chat.store.epoch, position: cursor)
            )
            #expect(start.missed == nil)
            let near = Cursor(epoch: chat.store.epoch, position: start.position - 30)
            #expect(try await chat.store.events.liveStart(for: ada, after: near).missed?.events.count == 30)
        }
    }

    @Test("I8: Where receipts were last sent is found in a few steps, however much happens at once")
    func manyAtOnce() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada, with: [bob])
            chat.clock.advance(by: .seconds(60))
            for _ in 0..<500 { try await chat.say("x", in: room, by: ada) }
            let steps = try await statements(chat, of: ada, after: chat.store.logPosition())
                .count { $0 == Database.eventAtOrBefore }
            #expect((2...12).contains(steps))
        }
    }
}
