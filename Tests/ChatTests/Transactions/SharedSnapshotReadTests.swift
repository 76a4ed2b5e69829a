import Synchronization
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("Reads that share a snapshot", .timeLimit(.standard))
struct SharedSnapshotReadTests {
    private struct Wrong: Error {}

    @Test("A failed read does not affect the others of its group")
    func failure() async throws {
        try await withChat { chat in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        do {
                            return try await chat.store.read { db in
                                if number.isMultiple(of: 3) { throw Wrong() }
                                return try db.value(Int.self, "SELECT ?", [number]) == number
                            }
                        } catch is Wrong {
                            return number.isMultiple(of: 3)
                        }
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test("A writer reads its own write, however many reads run at the same time")
    func ownWrites() async throws {
        try await withChat { chat in
            let people = try await chat.people(8)
            let room = try await chat.room(of: people[0], with: Array(people[1...]))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for person in people {
                    group.addTask {
                        for number in 0..<50 {
                            let message = try await chat.say("\(number)", in: room, by: person)
                            let read = try await chat.store.messages.message(message.id, in: room, for: person)
                            #expect(read == message)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("I8: Reads beyond the limit of waiting ones are refused, the others are done")
    func overload() async throws {
        try await withChat { chat in
            let reads = SharedSnapshotReads(pool: chat.store.pool, width: 1)
            let count = SharedSnapshotReads.maxWaiting + 200
            let outcomes = await withTaskGroup { group in
                for _ in 0..<count {
                    group.addTask {
                        await refusal { try await reads.perform { _ = try $0.value(Int.self, Self.slow) } }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count == count)
            #expect(outcomes.allSatisfy { $0 == nil || $0 == .overloaded })
            let after = try await reads.perform { try $0.value(Int.self, "SELECT 1") }
            #expect(after == 1)
        }
    }

    private static let slow = """
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2000)
        SELECT max(n) FROM numbers
        """
}
