import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("Closing the store", .timeLimit(.standard))
struct ClosingTests {
    @Test("I1: After closing, the log is gone and the file has everything")
    func folded() async throws {
        try await withTestStorage { storage in
            let store = try await storage.run(messages: 40)
            #expect(try storage.contents()["snug.sqlite-wal"]?.isEmpty == false)
            let position = try store.positionOfLog()
            try await store.close()
            try await store.close()
            let names = try storage.contents().keys
            #expect(!names.contains("snug.sqlite-wal") && !names.contains("snug.sqlite-shm"))
            let alone = try DatabaseQueue(path: storage.path)
            #expect(try await alone.read { try $0.logPosition() } == position)
        }
    }

    @Test("I1: Writes acknowledged while closing are in the file, and later ones are refused")
    func racing() async throws {
        try await withTestStorage { storage in
            let store = try await storage.run()
            let owner = try await store.people.create(username: "eve", displayName: "Eve", passwordHash: "hash").id
            let room = try await store.rooms.create(kind: .private, name: "Race", topic: nil, owner: owner).room.id
            let acknowledged = try await withThrowingTaskGroup(of: Message.ID?.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        try? await store.messages.post(Draft(body: "\(number)"), in: room, by: owner).message.id
                    }
                }
                let first = try await group.next() ?? nil
                try await store.close()
                return try await group.reduce(into: [first].compactMap(\.self)) { $0 += [$1].compactMap(\.self) }
            }
            await #expect(throws: Refusal.self) {
                try await store.messages.post(Draft(body: "Late"), in: room, by: owner)
            }
            await #expect(throws: Refusal.self) { try await store.people.user(owner) }
            #expect(try storage.contents()["snug.sqlite-wal"] == nil)
            let alone = try DatabaseQueue(path: storage.path)
            let stored = try await alone.read { try Set(Message.ID.fetchAll($0, sql: "SELECT id FROM messages")) }
            #expect(!acknowledged.isEmpty)
            #expect(stored.isSuperset(of: acknowledged))
        }
    }

    @Test("I8: An endless read is interrupted, and the reads that wait for it are refused")
    func hanging() async throws {
        try await withTestStorage { storage in
            let store = try await storage.run()
            let (begun, begin) = AsyncStream.makeStream(of: Void.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        await #expect(throws: (any Error).self) {
                            try await store.read { db in
                                begin.yield()
                                _ = try db.value(Int.self, Self.endless)
                            }
                        }
                    }
                }
                _ = await begun.first { true }
                try await store.close()
                try await group.waitForAll()
            }
            #expect(try storage.contents()["snug.sqlite-wal"] == nil)
        }
    }

    private static let endless = """
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers) SELECT max(n) FROM numbers
        """

    @Test("I1: A store is closed after failed work too")
    func failing() async throws {
        try await withTestStorage { storage in
            let store = try await storage.run()
            await #expect(throws: CancellationError.self) {
                try await store.closing { throw CancellationError() }
            }
            #expect(try storage.contents()["snug.sqlite-wal"] == nil)
        }
    }
}
