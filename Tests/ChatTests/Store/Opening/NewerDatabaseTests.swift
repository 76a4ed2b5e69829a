import Foundation
import GRDB
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("A database of another version", .timeLimit(.standard))
struct NewerDatabaseTests {
    @Test(
        "I1: A database of a newer Snug is refused and left unchanged",
        arguments: [Store.Role.server, .guest],
        [false, true]
    )
    func newer(role: Store.Role, hasLog: Bool) async throws {
        try await withTestStorage { storage in
            let store = try await storage.run()
            try await store.pool.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9001')") }
            if hasLog { try await storage.kill(store) } else { try await store.close() }
            let before = try storage.contents()
            #expect(before.keys.contains("snug.sqlite-wal") == hasLog)
            let refusal = #expect(throws: DatabaseRefusal.self) { try storage.open(as: role) }
            #expect(refusal?.description.contains("made by a newer Snug") == true)
            #expect(refusal?.description.contains("9001") == true)
            let after = try storage.contents()
            #expect(after.filter { !$0.key.hasSuffix("-shm") } == before)
        }
    }

    @Test("I1: Programs other than the server neither change an older database nor create one")
    func older() async throws {
        try await withTestStorage { storage in
            let none = #expect(throws: DatabaseRefusal.self) { try storage.open(as: .guest) }
            #expect(none == .older(path: storage.path))
            #expect(!FileManager.default.fileExists(atPath: storage.path))
            let old = try DatabaseQueue(path: storage.path)
            try Schema.migrator.migrate(old, upTo: "0004")
            try old.close()
            let before = try storage.contents()
            #expect(throws: DatabaseRefusal.older(path: storage.path)) { try storage.open(as: .guest) }
            #expect(try storage.contents() == before)
        }
    }

    @Test("Inspecting a database shows whether it is new and whether it has people")
    func inspection() async throws {
        try await withTestStorage { storage in
            #expect(try Store.inspect(path: storage.path).isNew)
            let store = try storage.open()
            #expect(try !Store.inspect(path: storage.path).hasPeople)
            _ = try await store.people.create(username: "ada", displayName: "Ada", passwordHash: "hash")
            #expect(try Store.inspect(path: storage.path).hasPeople)
            try await store.close()
            #expect(try Store.inspect(path: storage.path).hasPeople)
            #expect(try !Store.inspect(path: storage.path).isNew)
        }
    }
}
