import GRDB
import TestSupport
import Testing
import Vocabulary

@testable import Chat

@Suite("Archived messages in figures", .timeLimit(.standard))
struct ArchivedFigureTests {
    @Test("The growth of a day and the messages of a room are the same after they were archived")
    func counts() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let old = try await chat.say(120, in: room, by: ada)
            chat.clock.advance(by: .seconds(40 * 86_400))
            try await chat.say(30, in: room, by: ada)
            let growth = try await chat.store.statistics.growth(days: 60)
            #expect(growth.map(\.messages).filter { $0 > 0 } == [120, 30])
            #expect(try await chat.archive() == 49)
            // In both files.
            try await chat.store.messages.delete(old[3].id, in: room, by: ada)
            #expect(try await chat.store.statistics.growth(days: 60) == growth)
            let figures = try await chat.store.rooms.figures(after: nil, limit: 50).rooms
            #expect(figures.map(\.messageCount) == [150])
            // A copy above the boundary does not count.
            try await chat.store.pool.write { try $0.execute(sql: "UPDATE rooms SET archived_seq = 10") }
            #expect(try await chat.store.rooms.figures(after: nil, limit: 50).rooms[0].messageCount < 150)
        }
    }

    @Test("A message that returns from the archive is not the newest one")
    func newest() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let old = try await chat.say(110, in: room, by: ada)
            chat.clock.advance(by: .seconds(60))
            let newest = try await chat.say("newest", in: room, by: ada)
            try await chat.archive()
            try await chat.store.messages.delete(old[0].id, in: room, by: ada)
            #expect(try await chat.store.messages.newestTime() == newest.createdAt)
        }
    }
}
