import Foundation
import GRDB
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import ChatSQLite

@Suite("The file of the archive", .timeLimit(.standard))
struct ArchiveFileTests {
    @Test(
        "An archive serves a database if it has everything that the database has archived",
        arguments: [
            ("a", 0, "a", 0, true), ("a", 3, "a", 3, true), ("a", 4, "a", 3, true), ("a", 2, "a", 3, false),
            ("b", 3, "a", 3, false), ("b", 0, "a", 0, true), ("b", 0, "a", 1, false), ("b", 1, "a", 0, false),
            ("b", 1, "", 0, false), ("b", 0, "", 0, true),
        ] as [(String, Int64, String, Int64, Bool)]
    )
    func serves(archive: String, generation: Int64, database: String, removed: Int64, isServed: Bool) {
        let state = ArchiveState(id: archive, generation: generation)
        #expect(state.serves(ArchiveState(id: database, generation: removed)) == isServed)
    }

    private func archived(_ storage: TestStorage) async throws {
        let store = try await storage.run(messages: ArchiveCandidates.kept + 5)
        #expect(try await store.archive(before: Timestamp(milliseconds: .max)) == 5)
        try await store.close()
    }

    private func expectRefused(
        _ storage: TestStorage,
        _ expected: (String) -> DatabaseRefusal,
        _ comment: String
    ) throws {
        let before = try storage.contents()
        for role in [Store.Role.server, .guest] {
            let refusal = #expect(throws: DatabaseRefusal.self) { try storage.open(as: role) }
            #expect(refusal == expected("\(storage.folder)/archive.sqlite"))
            #expect(refusal?.description.contains(comment) == true)
        }
        #expect(try storage.contents().filter { !$0.key.hasSuffix("-shm") } == before)
    }

    @Test("I1: An archive whose creation was cut short is completed")
    func unfinished() async throws {
        try await withTestStorage { storage in
            try await storage.run().close()
            try storage.remove("archive.sqlite")
            let file = try DatabaseQueue(path: "\(storage.folder)/archive.sqlite")
            try await file.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
            try file.close()
            let store = try storage.open()
            #expect(
                try await store.pool.read { try Int.fetchOne($0, sql: "SELECT generation FROM archive_state") } == 0
            )
            try await store.close()
        }
    }

    @Test("I1: A missing archive is refused, unless nothing was archived", arguments: [false, true])
    func missing(isEmpty: Bool) async throws {
        try await withTestStorage { storage in
            try await archived(storage)
            try storage.remove("archive.sqlite")
            if isEmpty { try storage.copyOver(["archive.sqlite": Data()]) }
            try expectRefused(storage, DatabaseRefusal.noArchive, "Put it back")
        }
        try await withTestStorage { storage in
            try await storage.run().close()
            try storage.remove("archive.sqlite")
            #expect(throws: DatabaseRefusal.self) { try storage.open(as: .guest) }
            let store = try storage.open()
            #expect(
                try await store.pool.read { try Int.fetchOne($0, sql: "SELECT generation FROM archive_state") } == 0
            )
            try await store.close()
            try await storage.open(as: .guest).close()
        }
    }

    @Test("I7: The archive of another database is refused, also by a database that has archived nothing")
    func foreign() async throws {
        try await withTestStorage { other in
            try await archived(other)
            let foreign = try other.contents().filter { $0.key == "archive.sqlite" }
            for hasArchived in [true, false] {
                try await withTestStorage { storage in
                    if hasArchived { try await archived(storage) } else { try await storage.run().close() }
                    try storage.copyOver(foreign)
                    try expectRefused(storage, DatabaseRefusal.foreignArchive, "another database")
                }
            }
        }
    }

    @Test("I1: An archive of a newer release is refused and left unchanged")
    func newer() async throws {
        try await withTestStorage { storage in
            try await archived(storage)
            let archive = try DatabaseQueue(path: "\(storage.folder)/archive.sqlite")
            try await archive.write { try $0.execute(sql: "PRAGMA user_version = 2") }
            try archive.close()
            try expectRefused(storage, DatabaseRefusal.newerArchive, "newer Snug")
        }
    }

    @Test("I7: Only the owner can read the archive, and the list of files names it")
    func privateFiles() async throws {
        try await withTestStorage { storage in
            let store = try await storage.run()
            for name in ["archive.sqlite", "archive.sqlite-wal", "archive.sqlite-shm"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(storage.folder)/\(name)")
                #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600, "\(name)")
                #expect(Store.fileNames.contains(name))
            }
            try await store.close()
            // The last connection may leave a log, but nothing in it.
            #expect(try storage.contents()["archive.sqlite-wal"]?.isEmpty != false)
        }
    }

    @Test("A guest leaves the archive without a log, so that no later start has to check its pages")
    func log() async throws {
        try await withTestStorage { storage in
            let server = try await storage.run(messages: ArchiveCandidates.kept + 5)
            let guest = try storage.open(as: .guest)
            #expect(try await guest.archive(before: Timestamp(milliseconds: .max)) == 5)
            #expect(try storage.contents()["archive.sqlite-wal"]?.isEmpty == false)
            try await guest.close()
            #expect(try storage.contents()["archive.sqlite-wal"]?.isEmpty == true)
            try await server.close()
        }
    }

    @Test("I1: An archive that was not closed properly is checked, and refused if its pages do not fit together")
    func damaged() async throws {
        try await withTestStorage { storage in
            let store = try await storage.run(messages: ArchiveCandidates.kept + 250)
            #expect(try await store.archive(before: Timestamp(milliseconds: .max)) == 250)
            try await store.close()
            let second = try await storage.run(messages: 0)
            let old = try await second.pool.read { try Room.ID.fetchOne($0, sql: "SELECT id FROM rooms LIMIT 1") }
            let room = try #require(old)
            let owner = try #require(
                try await second.pool.read { try User.ID.fetchOne($0, sql: "SELECT user_id FROM members LIMIT 1") }
            )
            _ = try await second.messages.post(Draft(body: "one more"), in: room, by: owner)
            try await second.archive(before: Timestamp(milliseconds: .max))
            let left = try storage.contents().filter { $0.key.hasPrefix("archive.sqlite") && !$0.key.hasSuffix("-shm") }
            try await second.close()
            var file = try #require(left["archive.sqlite"])
            // All but the first pages, of which the log has only some.
            file.replaceSubrange(3 * 4096..<file.count, with: repeatElement(0xff, count: file.count - 3 * 4096))
            try storage.copyOver(left.merging(["archive.sqlite": file]) { $1 })
            #expect(throws: DatabaseRefusal.damaged(path: "\(storage.folder)/archive.sqlite")) { try storage.open() }
        }
    }
}
