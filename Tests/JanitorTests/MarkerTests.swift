import Foundation
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite
@testable import Janitor
@testable import Media

@Suite("The marker of the media folder", .timeLimit(.standard))
struct MarkerTests {
    /// Whether a sweep was refused with a text, and removed nothing.
    private func expectRefusal(_ storage: TestStorage, _ text: String) async throws {
        let before = try storage.files()
        let rows = try await storage.rows()
        for command in [["sweep"], ["sweep", "--yes"], ["undelete", "\(UUID().uuidString.lowercased())"]] {
            let run = try await JanitorProcess.run(command + ["--storage", storage.folder])
            #expect(run.isRefused)
            #expect(run.errors.contains(text))
        }
        #expect(try storage.files() == before)
        #expect(try await storage.rows() == rows)
    }

    @Test("I5: Files that belong to another database are left alone")
    func foreign() async throws {
        try await withStorage { storage in
            _ = try await storage.deleted()
            try storage.mediaFolder.mark(epoch: "0123456789abcdef")
            try await expectRefusal(storage, "names another database")
            try storage.mediaFolder.mark(epoch: storage.store.epoch)
            #expect(try await JanitorProcess.run(["sweep", "--storage", storage.folder]).status == 0)
            #expect(try await storage.rows() == [0, 0, 0, 0, 0])
        }
    }

    @Test("I5: Before a server of this version has started, nothing is removed")
    func old() async throws {
        try await withStorage { storage in
            _ = try await storage.deleted()
            try Data().write(to: URL(fileURLWithPath: storage.media + "/.snug-media"))
            try await expectRefusal(storage, "does not name a database yet")
        }
    }

    @Test("I5: After a database was put back, nothing is removed until its server has started")
    func restored() async throws {
        try await withStorage { storage in
            _ = try await storage.deleted()
            let path = storage.folder + "/snug.sqlite"
            try await storage.store.close()
            let backup = try Data(contentsOf: URL(fileURLWithPath: path))
            let next = try Store(path: path)
            #expect(next.epoch == storage.store.epoch)
            try await next.close()
            try backup.write(to: URL(fileURLWithPath: path))
            let before = try storage.files()
            let run = try await JanitorProcess.run(["sweep", "--storage", storage.folder])
            #expect(run.isRefused)
            #expect(run.errors.contains("has been put back or replaced"))
            #expect(try storage.files() == before)
            // The server gives it another epoch, and marks the files with it.
            let restored = try Store(path: path)
            #expect(restored.epoch != next.epoch)
            let early = try await JanitorProcess.run(["sweep", "--storage", storage.folder])
            #expect(early.isRefused && early.errors.contains("names another database"))
            try storage.mediaFolder.mark(epoch: restored.epoch)
            #expect(try await JanitorProcess.run(["sweep", "--storage", storage.folder]).status == 0)
            try await restored.close()
        }
    }

    @Test("The marker is replaced in one step, keeps its mode, and is not written twice")
    func mark() async throws {
        try await withStorage { storage in
            let path = storage.media + "/.snug-media"
            let inode = { try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int }
            try storage.mediaFolder.mark(epoch: "first")
            let first = try inode()
            try storage.mediaFolder.mark(epoch: "first")
            #expect(try inode() == first)
            try storage.mediaFolder.mark(epoch: "second")
            #expect(try inode() != first)
            #expect(try storage.mediaFolder.markedEpoch() == "second")
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o640)
            #expect(!storage.isThere(path + ".new"))
        }
    }
}
