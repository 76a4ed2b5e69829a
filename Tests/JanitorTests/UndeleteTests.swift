import Foundation
import Media
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import Janitor

@Suite("Putting files back from the trash", .timeLimit(.standard))
struct UndeleteTests {
    private func undelete(_ ids: [BlobID], _ storage: TestStorage) async throws -> JanitorProcess {
        try await JanitorProcess.run(["undelete"] + ids.map(\.description) + ["--storage", storage.folder])
    }

    /// An original and a thumbnail that a sweep moved to the trash.
    private func trashed(_ storage: TestStorage) async throws -> BlobID {
        let id = BlobID.random()
        try storage.write(id, age: .hours(30))
        _ = try await storage.sweep().run()
        #expect(!storage.hasFiles(Attachment.ID(id.uuid)))
        return id
    }

    @Test("I5: What a sweep moved to the trash is put back, and the next sweep leaves it for a day")
    func undelete() async throws {
        try await withStorage { storage in
            let id = try await trashed(storage)
            let run = try await undelete([id, id], storage)
            #expect(run.status == 0)
            #expect(run.output.contains("\(id): 2 files were put back; the database does not know it"))
            #expect(storage.hasFiles(Attachment.ID(id.uuid)))
            #expect(try FileManager.default.contentsOfDirectory(atPath: storage.media + "/trash").isEmpty)
            _ = try await storage.sweep().run()
            #expect(storage.hasFiles(Attachment.ID(id.uuid)))
            #expect(try storage.ledger().filter { $0["action"] == "restore" }.count == 2)
        }
    }

    @Test("I5: Files that a message shows are put back with their times")
    func known() async throws {
        try await withStorage { storage in
            let id = try await storage.ready()
            for file in try await storage.archivedFiles() {
                try await storage.archive.moveToTrash(file, on: TrashDay(Date(timeIntervalSinceNow: -86_400)))
            }
            #expect(try await storage.sweep(isDryRun: true).run().lossCount == 1)
            let run = try await undelete([BlobID(id.uuid)], storage)
            #expect(run.status == 0)
            #expect(run.output == "\(id): 2 files were put back\n")
            #expect(try await storage.sweep(isDryRun: true).run().lossCount == 0)
        }
    }

    @Test("I5: An id of which the trash has nothing is refused, and nothing else is put back")
    func unknown() async throws {
        try await withStorage { storage in
            let id = try await trashed(storage)
            let before = try storage.files()
            let run = try await undelete([id, BlobID.random()], storage)
            #expect(run.status == 66 && run.output.isEmpty)
            #expect(run.errors.contains("The trash has no file of"))
            #expect(try storage.files() == before)
            #expect(try await JanitorProcess.run(["undelete", "../x", "--storage", storage.folder]).status == 64)
        }
    }

    @Test("I5: A file that is there now is not replaced, and nothing is put back")
    func taken() async throws {
        try await withStorage { storage in
            let id = try await trashed(storage)
            let path = storage.path(of: .original(id))
            try Data([1]).write(to: URL(fileURLWithPath: path))
            let before = try storage.files()
            let run = try await undelete([id], storage)
            #expect(run.status == 73 && run.output.isEmpty)
            #expect(run.errors.contains("\(id) is there already"))
            #expect(try storage.files() == before)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data([1]))
        }
    }

    @Test("No sweep runs at the same time")
    func lock() async throws {
        try await withStorage { storage in
            let id = try await trashed(storage)
            let lock = try #require(try JanitorLock(storage: storage.folder))
            #expect(try await undelete([id], storage).status == 75)
            lock.release()
            #expect(try await undelete([id], storage).status == 0)
        }
    }
}
