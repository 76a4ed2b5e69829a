import Foundation
import GRDB
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("A log beside a database", .timeLimit(.standard))
struct ForeignLogTests {
    @Test(
        "I1: A backup restored beside the log of another file is not opened, and nothing is changed",
        arguments: [Store.Role.server, .guest],
        [false, true]
    )
    func refused(role: Store.Role, isFromSameRun: Bool) async throws {
        try await withTestStorage { storage in
            let first = try await storage.run()
            let backup = try backup(of: first, storage)
            if isFromSameRun {
                // The server does so every hour.
                try await first.renewToken()
                let owner = try await first.people.create(username: "eve", displayName: "Eve", passwordHash: "hash").id
                _ = try await first.rooms.create(kind: .private, name: "Later", topic: nil, owner: owner)
                try await storage.kill(first)
            } else {
                try await first.close()
                try await storage.kill(storage.run())
            }
            try storage.copyOver(["snug.sqlite": backup])
            let before = try storage.contents()
            #expect(throws: DatabaseRefusal.foreignLog(path: storage.path)) { try storage.open(as: role) }
            let after = try storage.contents()
            for name in ["snug.sqlite", "snug.sqlite-wal", "snug.sqlite-mark"] {
                #expect(before[name] == after[name], "\(name)")
            }
        }
    }

    @Test(
        "I1: A backup of the same hour restored beside the log is not opened, and nothing is changed",
        arguments: [Store.Role.server, .guest]
    )
    func sameHour(role: Store.Role) async throws {
        try await withTestStorage { storage in
            let first = try await storage.run(messages: 300)
            let backup = try backup(of: first, storage)
            let owner = try await first.people.create(username: "eve", displayName: "Eve", passwordHash: "hash").id
            let room = try await first.rooms.create(kind: .private, name: "Later", topic: nil, owner: owner).room.id
            for number in 0..<300 {
                _ = try await first.messages.post(
                    Draft(body: "Number \(number), of so many that pages are split"),
                    in: room,
                    by: owner
                )
            }
            try await storage.kill(first)
            try storage.copyOver(["snug.sqlite": backup])
            let before = try storage.contents()
            #expect(throws: DatabaseRefusal.damaged(path: storage.path)) { try storage.open(as: role) }
            let after = try storage.contents()
            for name in ["snug.sqlite", "snug.sqlite-wal", "snug.sqlite-mark"] {
                #expect(before[name] == after[name], "\(name)")
            }
        }
    }

    @Test("I1: The backup is opened once the log is removed")
    func removed() async throws {
        try await withTestStorage { storage in
            let first = try await storage.run(messages: 2)
            let backup = try backup(of: first, storage)
            let position = try first.positionOfLog()
            try await first.close()
            try await storage.kill(storage.run(messages: 5))
            try storage.copyOver(["snug.sqlite": backup])
            try storage.remove("snug.sqlite-wal", "snug.sqlite-shm")
            let restored = try storage.open()
            #expect(try restored.positionOfLog() == position)
            #expect(restored.epoch != first.epoch)
        }
    }

    @Test("I1: A folder moved with its log has every acknowledged write")
    func moved() async throws {
        try await withTestStorage { storage in
            let killed = try await storage.run(messages: 9)
            try await withFolder { folder in
                let copy = try TestStorage(folder)
                try copy.copyOver(try storage.contents().filter { !$0.key.hasSuffix("-shm") })
                #expect(try copy.open().positionOfLog() == killed.positionOfLog())
            }
        }
    }

    /// As `sqlite3 snug.sqlite ".backup copy.sqlite"` makes it.
    private func backup(of store: Store, _ storage: TestStorage) throws -> Data {
        let path = storage.folder + "/backup.sqlite"
        let backup = try DatabaseQueue(path: path)
        try store.pool.backup(to: backup)
        try backup.close()
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try Data(contentsOf: URL(fileURLWithPath: path))
    }
}
