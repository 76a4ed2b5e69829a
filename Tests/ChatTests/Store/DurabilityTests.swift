import Foundation
import GRDB
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("The database file", .timeLimit(.standard))
struct DurabilityTests {
    @Test("I1: The writer has the configured synchronous mode", arguments: [(Store.Synchronous.full, 2), (.normal, 1)])
    func synchronous(setting: Store.Synchronous, pragma: Int) async throws {
        try await withFolder { folder in
            let path = folder + "/snug.sqlite"
            for _ in 0..<2 {
                let store = try Store(path: path, synchronous: setting)
                let value = try await store.pool.writeWithoutTransaction { db in
                    try Int.fetchOne(db, sql: "PRAGMA synchronous")
                }
                #expect(value == pragma)
            }
        }
    }

    @Test("I1: The defaults are full synchronous mode, WAL and foreign keys")
    func defaults() async throws {
        try await withFolder { folder in
            let store = try Store(path: folder + "/snug.sqlite")
            let (sync, journal, keys) = try await store.pool.writeWithoutTransaction { db in
                (
                    try Int.fetchOne(db, sql: "PRAGMA synchronous"),
                    try String.fetchOne(db, sql: "PRAGMA journal_mode"),
                    try Int.fetchOne(db, sql: "PRAGMA foreign_keys")
                )
            }
            #expect(sync == 2)
            #expect(journal == "wal")
            #expect(keys == 1)
        }
    }

    @Test("I7: Only the owner can read the database, the log and its index")
    func privateFiles() async throws {
        try await withChat { chat in
            _ = try await chat.person("ada")
            for suffix in ["", "-wal", "-shm"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: chat.path + suffix)
                #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600, "\(suffix)")
            }
        }
    }

    @Test("I1: Acknowledged writes are there when the database is opened again")
    func reopen() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let message = try await chat.say("hello", in: room, by: ada)
            let again = try Store(path: chat.path, synchronous: .normal)
            #expect(try await again.messages.message(message.id, in: room, for: ada) == message)
            #expect(try again.positionOfLog() == 2)
        }
    }

    @Test("I2: The epoch stays with its database and differs between databases")
    func epoch() async throws {
        try await withFolder { folder in
            let first = try Store(path: folder + "/1.sqlite").epoch
            let second = try Store(path: folder + "/2.sqlite").epoch
            #expect(first.utf8.count >= 8)
            #expect(first != second)
            #expect(try Store(path: folder + "/1.sqlite").epoch == first)
        }
    }

    @Test("A ping distinguishes a database that answers from one that does not")
    func ping() async throws {
        try await withChat { try await $0.store.ping() }
    }

    @Test("A file that is not a database is refused and left unchanged")
    func notADatabase() async throws {
        try await withFolder { folder in
            let path = folder + "/snug.sqlite"
            let text = Data(String(repeating: "not a database ", count: 100).utf8)
            try text.write(to: URL(fileURLWithPath: path))
            #expect(throws: DatabaseError.self) { try Store(path: path) }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == text)
        }
    }
}
