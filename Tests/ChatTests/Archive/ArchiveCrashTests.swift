import Foundation
import GRDB
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import ChatSQLite

/// A power cut leaves each file as of one of its commits. The tests stop between the commits and put files back.
@Suite("An archive after a crash or a restore", .timeLimit(.standard))
struct ArchiveCrashTests {
    /// A storage with one room, whose pages are compared.
    private struct Archived {
        let storage: TestStorage
        let owner: User.ID
        let room: Room.ID

        static let everything = Timestamp(milliseconds: .max)

        func pages(_ store: Store) async throws -> [PageFacts] {
            var pages: [PageFacts] = []
            for seq in stride(from: Int64(1), to: 300, by: 23) {
                for anchor in [PageAnchor.newest, .before(seq), .after(seq), .around(seq)] {
                    let page = try await store.messages.page(of: room, at: anchor, limit: 40, for: owner)
                    pages.append(PageFacts(page))
                }
            }
            return pages
        }

        func say(_ text: String, _ count: Int, _ store: Store) async throws {
            for number in 0..<count {
                _ = try await store.messages.post(Draft(body: "\(text) \(number)"), in: room, by: owner)
            }
        }

        /// The first phase of the next batch, or both.
        func move(_ store: Store, limit: Int, isWhole: Bool = true) async throws {
            let messages = store.messages
            let plan = try await messages.planArchiving(of: room, after: 0, before: Self.everything, limit: limit)
            let generation = try await messages.copyToArchive(#require(plan))
            if isWhole { try await messages.removeArchived(#require(plan), generation: #require(generation)) }
        }

        func isConsistent(_ store: Store) async throws -> Bool {
            try await store.pool.read { db in
                try Int.fetchOne(
                    db,
                    sql: """
                        SELECT count(*) FROM messages
                        WHERE seq <= (SELECT archived_seq FROM rooms WHERE rooms.id = messages.room_id)
                        """
                ) == 0
            }
        }
    }

    private func withArchived(_ body: (Archived, Store) async throws -> Void) async throws {
        try await withTestStorage { storage in
            let store = try storage.open()
            let owner = try await store.people.create(username: "ada", displayName: "Ada", passwordHash: "hash").id
            let room = try await store.rooms.create(kind: .private, name: "Room", topic: nil, owner: owner).room.id
            let archived = Archived(storage: storage, owner: owner, room: room)
            try await archived.say("said", 150, store)
            try await body(archived, store)
        }
    }

    @Test("I1: A janitor that is killed between its two changes loses and repeats nothing", arguments: [0, 10])
    func betweenPhases(moved: Int) async throws {
        try await withArchived { archived, store in
            if moved > 0 { try await archived.move(store, limit: moved) }
            let before = try await archived.pages(store)
            try await archived.move(store, limit: 20, isWhole: false)
            #expect(try await archived.pages(store) == before)
            try await archived.storage.kill(store)
            let next = try archived.storage.open()
            #expect(try await archived.pages(next) == before)
            #expect(try await next.archive(before: Archived.everything, batch: 7) == 49 - moved)
            #expect(try await archived.pages(next) == before)
            #expect(try await archived.isConsistent(next))
            try await next.close()
        }
    }

    @Test("I1: A message that changes between the two changes stays as it is now, and moves with the next sweep")
    func changedBetween() async throws {
        try await withArchived { archived, store in
            let messages = store.messages
            let plan = try #require(
                try await messages.planArchiving(of: archived.room, after: 0, before: Archived.everything, limit: 20)
            )
            let generation = try #require(try await messages.copyToArchive(plan))
            let old = try await messages.page(of: archived.room, at: .after(0), limit: 3, for: archived.owner).messages
            _ = try await messages.edit(old[0].id, in: archived.room, body: "edited", by: archived.owner)
            try await messages.delete(old[1].id, in: archived.room, by: archived.owner)
            let before = try await archived.pages(store)
            #expect(try await messages.removeArchived(plan, generation: generation) == 18)
            #expect(try await archived.pages(store) == before)
            #expect(try await store.archive(before: Archived.everything) == 31)
            #expect(try await archived.pages(store) == before)
            #expect(try await archived.isConsistent(store))
            try await store.close()
        }
    }

    @Test("I1: The second change cannot outlive the first: an archive without it stops the start")
    func reverse() async throws {
        try await withArchived { archived, store in
            try await archived.move(store, limit: 10)
            try await store.close()
            let old = try archived.storage.contents()[ArchiveFile.name]
            let second = try archived.storage.open()
            try await archived.move(second, limit: 10)
            try await second.close()
            try archived.storage.copyOver([ArchiveFile.name: #require(old)])
            let before = try archived.storage.contents()
            for role in [Store.Role.server, .guest] {
                let refusal = #expect(throws: DatabaseRefusal.self) { try archived.storage.open(as: role) }
                #expect(refusal == .olderArchive(path: archived.storage.folder + "/archive.sqlite"))
            }
            #expect(try archived.storage.contents() == before)
        }
    }

    @Test("The archive is synced in full, whatever the setting, on the writer and so before a message is deleted")
    func synced() async throws {
        try await withArchived { _, store in
            let (main, archive) = try await store.pool.writeWithoutTransaction { db in
                (
                    try Int.fetchOne(db, sql: "PRAGMA main.synchronous"),
                    try Int.fetchOne(db, sql: "PRAGMA archive.synchronous")
                )
            }
            #expect(main == 1)
            #expect(archive == 2)
            try await store.close()
        }
    }

    @Test("I1: No change writes both files")
    func oneFile() async throws {
        try await withArchived { archived, store in
            // A connection of its own, which sees what others have committed
            // (https://www.sqlite.org/pragma.html#pragma_data_version).
            let observer = try DatabaseQueue(path: archived.storage.path)
            try await observer.writeWithoutTransaction { db in
                try ArchiveFile(besideDatabase: archived.storage.path, lockPath: nil).attach(to: db)
            }
            let versions = {
                try await observer.read { db in
                    [
                        try Int.fetchOne(db, sql: "PRAGMA main.data_version"),
                        try Int.fetchOne(db, sql: "PRAGMA archive.data_version"),
                    ]
                }
            }
            /// Which of the two files a change wrote.
            func written(_ change: () async throws -> Void) async throws -> [Bool] {
                let before = try await versions()
                try await change()
                return zip(before, try await versions()).map { $0 != $1 }
            }
            let messages = store.messages
            let plan = try #require(
                try await messages.planArchiving(of: archived.room, after: 0, before: Archived.everything, limit: 20)
            )
            let copy = { _ = try await messages.copyToArchive(plan) }
            #expect(try await written(copy) == [false, true])
            let remove = { _ = try await messages.removeArchived(plan, generation: 1) }
            #expect(try await written(remove) == [true, false])
            let old = try await messages.page(of: archived.room, at: .after(0), limit: 3, for: archived.owner).messages
            let edit = { _ = try await messages.edit(old[0].id, in: archived.room, body: "new", by: archived.owner) }
            #expect(try await written(edit) == [true, false])
            let delete = { try await messages.delete(old[1].id, in: archived.room, by: archived.owner) }
            #expect(try await written(delete) == [true, false])
            try await store.rooms.delete(archived.room, by: archived.owner)
            let prune = { _ = try await store.rooms.pruneDeleted(limit: 1000) }
            #expect(try await written(prune) == [false, true])
            #expect(try await written(prune) == [true, false])
            try observer.close()
            try await store.close()
        }
    }

    @Test("I1: A database from before the archiving, put back beside the archive, shows every message once")
    func restoredDatabase() async throws {
        try await withArchived { archived, store in
            let pages = try await archived.pages(store)
            try await archived.move(store, limit: 10)
            let old = try await store.messages.page(of: archived.room, at: .after(0), limit: 3, for: archived.owner)
            try await store.close()
            let backup = try archived.storage.contents()["snug.sqlite"]

            // A life that is taken back: more messages, changes, and an archive of all of it.
            let lost = try archived.storage.open()
            try await archived.say("lost", 120, lost)
            #expect(try await lost.archive(before: Archived.everything) == 159)
            let edited = old.messages[0].id
            _ = try await lost.messages.edit(edited, in: archived.room, body: "lost", by: archived.owner)
            try await lost.archive(before: Archived.everything)
            try await lost.close()
            try archived.storage.copyOver(["snug.sqlite": #require(backup)])

            let restored = try archived.storage.open()
            let found = try await archived.pages(restored)
            let bodies = found.map { $0.messages.map { $0.id == edited ? "" : $0.body } }
            #expect(bodies == pages.map { $0.messages.map { $0.id == edited ? "" : $0.body } })
            // The numbers of the lost messages are given to others.
            let rename = try await restored.rooms.update(archived.room, name: "Other", topic: nil, by: archived.owner)
            #expect(rename.room.name == "Other")
            try await archived.say("new", 90, restored)
            let before = try await archived.pages(restored)
            #expect(try await restored.archive(before: Archived.everything, batch: 50) == 129)
            #expect(try await archived.pages(restored) == before)
            #expect(try await archived.isConsistent(restored))
            try await restored.close()
        }
    }
}
