import Foundation
import GRDB
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("The epoch of a database", .timeLimit(.standard))
struct EpochTests {
    @Test("I2: The epoch survives clean stops and kills")
    func restarts() async throws {
        try await withTestStorage { storage in
            let first = try await storage.run()
            try await storage.kill(first)
            #expect(try storage.contents()["snug.sqlite-wal"]?.isEmpty == false)
            for _ in 0..<3 {
                let store = try await storage.run()
                #expect(store.epoch == first.epoch)
                try await store.close()
            }
        }
    }

    @Test("I2: The janitor and other programs do not change the epoch")
    func guests() async throws {
        try await withTestStorage { storage in
            let first = try await storage.run()
            let guest = try storage.open(as: .guest)
            #expect(guest.epoch == first.epoch)
            try await guest.close()
            try await first.close()
            try await storage.open(as: .guest).close()
            #expect(try storage.open().epoch == first.epoch)
        }
    }

    @Test("I2: A database restored from an earlier run gets a new epoch and keeps it")
    func restoredAlone() async throws {
        try await withTestStorage { storage in
            let first = try await storage.run()
            try await first.close()
            let backup = try storage.contents()["snug.sqlite"]
            try await storage.run().close()
            try storage.copyOver(["snug.sqlite": try #require(backup)])
            let restored = try storage.open()
            #expect(restored.epoch != first.epoch)
            try await restored.close()
            #expect(try storage.open().epoch == restored.epoch)
        }
    }

    @Test("I2: A database restored from the same run gets a new epoch", arguments: [false, true])
    func restoredFromSameRun(isKilled: Bool) async throws {
        try await withTestStorage { storage in
            let first = try await storage.run()
            let backup = try DatabaseQueue(path: storage.folder + "/backup.sqlite")
            try first.pool.backup(to: backup)
            try backup.close()
            let room = try await first.people.create(username: "eve", displayName: "Eve", passwordHash: "hash").id
            _ = try await first.rooms.create(kind: .private, name: "Later", topic: nil, owner: room)
            if isKilled { try await storage.kill(first) } else { try await first.close() }
            let bytes = try Data(contentsOf: URL(fileURLWithPath: storage.folder + "/backup.sqlite"))
            try storage.remove("snug.sqlite-wal", "snug.sqlite-shm")
            try storage.copyOver(["snug.sqlite": bytes])
            #expect(try storage.open().epoch != first.epoch)
        }
    }

    @Test("I2: A restored folder gets a new epoch, with overwritten or new files", arguments: [false, true])
    func restoredWhole(isNew: Bool) async throws {
        try await withTestStorage { storage in
            let first = try await storage.run()
            try await first.close()
            let backup = try storage.contents()
            try await storage.run().close()
            if isNew { for name in backup.keys { try storage.remove(name) } }
            try storage.copyOver(backup)
            #expect(try storage.open().epoch != first.epoch)
        }
    }

    @Test("I2: A database beside an older mark, or without a mark, gets a new epoch")
    func otherMark() async throws {
        try await withTestStorage { storage in
            let first = try await storage.run()
            try await first.close()
            let mark = try #require(try storage.contents()["snug.sqlite-mark"])
            try await storage.run().close()
            try storage.copyOver(["snug.sqlite-mark": mark])
            let second = try storage.open()
            #expect(second.epoch != first.epoch)
            try await second.close()
            try storage.remove("snug.sqlite-mark")
            #expect(try storage.open().epoch != second.epoch)
        }
    }

    /// Where a start may be cut off: behind this write.
    typealias Cut = EpochKeeper.Step

    @Test(
        "I2: An interrupted start keeps the epoch, but never after a restore",
        arguments: [Cut.mark, .database, .file]
    )
    func crash(cut: Cut) async throws {
        try await withTestStorage { storage in
            for isRestored in [false, true] {
                let first = try await storage.run()
                try await first.close()
                let backup = try storage.contents()["snug.sqlite"]
                let second = try await storage.run()
                #expect(second.epoch == first.epoch)
                try await second.close()
                if isRestored { try storage.copyOver(["snug.sqlite": try #require(backup)]) }
                try cutOff(storage, cut)
                let last = try storage.open()
                #expect((last.epoch == first.epoch) == !isRestored)
                try await last.close()
            }
        }
    }

    private struct CutOff: Error {}

    /// Does what a start does until it is cut off.
    private func cutOff(_ storage: TestStorage, _ cut: Cut) throws {
        let file = DatabaseFile(path: storage.path, lockPath: storage.lockPath)
        let path = MarkFile.path(ofDatabase: storage.path)
        let keeper = EpochKeeper(file: file, markFile: MarkFile(path: path, isSynced: false))
        let queue = try DatabaseQueue(path: storage.path)
        defer { try? queue.close() }
        try queue.writeWithoutTransaction { db in
            do {
                _ = try keeper.start(db, fileToken: file.inspect().fileToken) { step in
                    if step == cut { throw CutOff() }
                }
            } catch is CutOff {}
        }
    }

    @Test("I2: Renewing the token changes the mark and keeps the epoch")
    func renewed() async throws {
        try await withTestStorage { storage in
            let first = try await storage.run()
            let before = try String(contentsOfFile: storage.path + "-mark", encoding: .utf8)
            try await first.renewToken()
            #expect(try String(contentsOfFile: storage.path + "-mark", encoding: .utf8) != before)
            #expect(try storage.open().epoch == first.epoch)
        }
    }
}
