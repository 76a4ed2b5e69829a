import Foundation
import GRDB
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("Upkeep of a database", .timeLimit(.standard))
struct UpkeepTests {
    private let megabyte = 1 << 20

    /// Posts and removes many messages, which leaves unused pages behind.
    private func leaveHoles(in store: Store) async throws {
        let owner = try await store.people.create(username: "ada", displayName: "Ada", passwordHash: "hash").id
        let room = try await store.rooms.create(kind: .private, name: "Room", topic: nil, owner: owner).room.id
        let body = String(repeating: "x", count: 2000)
        for _ in 0..<3500 { _ = try await store.messages.post(Draft(body: body), in: room, by: owner) }
        try await store.rooms.delete(room, by: owner)
        while try await store.rooms.pruneDeleted(limit: 500) > 0 {}
    }

    private func byteCount(_ path: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    }

    private func vacuumMode(_ path: String) throws -> Int? {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { try Int.fetchOne($0, sql: "PRAGMA auto_vacuum") }
    }

    @Test("Unused pages beyond a reserve are returned step by step, while a reader keeps its snapshot")
    func reclaims() async throws {
        try await withFolder { folder in
            let path = folder + "/snug.sqlite"
            let store = try Store(path: path, synchronous: .normal)
            try await leaveHoles(in: store)
            let guest = try Store(path: path, role: .guest, synchronous: .normal)
            let all = try await guest.reclaimableBytes()
            #expect(all > megabyte)
            let first = try await guest.reclaimSpace(limit: megabyte)
            #expect(first == megabyte)
            #expect(try await store.reclaimableBytes() == all - first)
            try await guest.tidy()
            let before = try byteCount(path)
            while try await guest.reclaimSpace(limit: megabyte) > 0 {}
            #expect(try await guest.reclaimableBytes() == 0)
            try await guest.tidy()
            // Statistics may take some pages, and pages of the pointer map go too.
            #expect(try abs(byteCount(path) - (before - (all - first))) <= 16 * 4096)
            #expect(try byteCount(path + "-wal") == 0)
            // Pages that stay are for the next rows.
            #expect(try byteCount(path) > 1000 * 4096)
            try await guest.close()
            _ = try await store.people.create(username: "bob", displayName: "Bob", passwordHash: "hash")
            try await store.close()
            let reopened = try Store(path: path, synchronous: .normal)
            #expect(reopened.epoch == store.epoch)
            try await reopened.close()
        }
    }

    @Test("I1: Upkeep waits for nobody: a reader delays the shortening of the log, and nothing fails")
    func reader() async throws {
        try await withFolder { folder in
            let path = folder + "/snug.sqlite"
            let store = try Store(path: path, synchronous: .normal)
            try await leaveHoles(in: store)
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let reader = try DatabaseQueue(path: path, configuration: configuration)
            try await reader.writeWithoutTransaction { db in
                try db.execute(sql: "BEGIN")
                _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM users")
            }
            try await store.tidy()
            #expect(try byteCount(path + "-wal") > 0)
            try await reader.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
            try reader.close()
            try await store.tidy()
            #expect(try byteCount(path + "-wal") == 0)
            // The patience of the connection is what it was.
            let timeout = try await store.pool.write { try Int.fetchOne($0, sql: "PRAGMA busy_timeout") }
            #expect(timeout == OpenDatabase.busyTimeoutMilliseconds)
            try await store.close()
        }
    }

    @Test("I2: A database of an earlier version is left as it is, and keeps its epoch when it is converted offline")
    func old() async throws {
        try await withFolder { folder in
            let path = folder + "/snug.sqlite"
            let creator = try DatabaseQueue(path: path)
            try await creator.write { try $0.execute(sql: "CREATE TABLE made (here INTEGER)") }
            try creator.close()
            let store = try Store(path: path, synchronous: .normal)
            try await leaveHoles(in: store)
            #expect(try await store.reclaimableBytes() == 0)
            #expect(try await store.reclaimSpace(limit: megabyte) == 0)
            try await store.close()
            #expect(try vacuumMode(path) == 0)

            // As docs/operations.md describes it.
            let offline = try DatabaseQueue(path: path)
            try await offline.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
                try db.execute(sql: "VACUUM")
            }
            try offline.close()
            #expect(try vacuumMode(path) == 2)
            #expect(try !Store.isUnknownToServer(path: path))
            let converted = try Store(path: path, synchronous: .normal)
            #expect(converted.epoch == store.epoch)
            try await converted.close()
        }
    }

    @Test("A new database can return its unused pages")
    func new() async throws {
        try await withFolder { folder in
            try await Store(path: folder + "/snug.sqlite", synchronous: .normal).close()
            #expect(try vacuumMode(folder + "/snug.sqlite") == 2)
        }
    }

    @Test("The statistics of a large server do not make a hot query read a whole table or sort")
    func plans() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            for number in 0..<50 { try await chat.say("\(number)", in: room, by: ada) }
            try await chat.store.pool.writeWithoutTransaction { db in
                try db.execute(sql: "ANALYZE")
                // The first word is the number of rows (https://www.sqlite.org/fileformat2.html#stat1tab). A small table
                // is read as a whole with good reason.
                try db.execute(
                    sql: "UPDATE sqlite_stat1 SET stat = '1000000' || substr(stat, instr(stat || ' ', ' '))"
                )
                try db.execute(sql: "ANALYZE sqlite_schema")
            }
            for query in QueryPlanTests.hotQueries {
                let plan = try await chat.store.pool.read { try QueryPlanTests.plan(query.sql, $0) }
                    .filter { step in !(query.walks.map { step.hasSuffix("USING INDEX \($0)") } ?? false) }
                #expect(QueryPlanTests.slowSteps(plan).isEmpty, "\(query.testDescription): \(plan)")
            }
        }
    }
}
