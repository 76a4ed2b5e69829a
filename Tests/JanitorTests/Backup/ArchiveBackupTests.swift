import Foundation
import GRDB
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite
@testable import Janitor

@Suite("Backups with an archive", .timeLimit(.standard))
struct ArchiveBackupTests {
    @Test("I1: A backup with an archive is verified and restored, and the restored pair goes on archiving")
    func restored() async throws {
        try await withBackedUpStorage { storage in
            storage.clock.age = .days(40)
            _ = try await storage.renderedPicture()
            storage.clock.age = .zero
            let texts = try await storage.say(150, age: .days(40))
            #expect(try await storage.archivingSweep().run()[.oldMessages].rows == 50)
            // In both files.
            try await storage.store.messages.delete(texts[0].id, in: storage.room, by: storage.owner)
            let history = try await storage.history()
            let backup = try storage.backUp().folder
            #expect(mode(of: backup.path + "/archive.sqlite") == 0o600)
            #expect(try storage.verify(backup).isClean)
            // The storage moves on, and is lost.
            try await storage.say(10, age: .days(40))
            _ = try await storage.archivingSweep().run()

            let target = storage.folder + "-restored"
            try storage.restore(backup, to: target)
            let store = try Store(path: target + "/snug.sqlite", synchronous: .normal)
            #expect(store.epoch != storage.store.epoch)
            #expect(try await storage.history(in: store) == history)
            let archive = try DatabaseQueue(path: target + "/archive.sqlite")
            #expect(try await archive.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
            try archive.close()
            let plan = try #require(
                try await store.messages.planArchiving(of: storage.room, after: 0, before: .now, limit: 50)
            )
            let generation = try #require(try await store.messages.copyToArchive(plan))
            try await store.messages.removeArchived(plan, generation: generation)
            #expect(try await storage.history(in: store) == history)
            try await store.close()
            try await Store(path: target + "/snug.sqlite", role: .guest).close()
        }
    }

    @Test("I1: snug-janitor restores an archive, and fsck finds nothing after the server's start")
    func command() async throws {
        try await withBackedUpStorage { storage in
            _ = try await storage.archivedPicture()
            let history = try await storage.history()
            let made = try await JanitorProcess.run(["backup", storage.backups, "--storage", storage.folder])
            #expect(made.status == 0, "\(made)")
            let verified = try await JanitorProcess.run(["verify", storage.backups])
            #expect(verified.status == 0, "\(verified)")
            let target = storage.folder + "-restored"
            let restored = try await JanitorProcess.run(["restore", storage.backups, "--storage", target])
            #expect(restored.status == 0, "\(restored)")
            let store = try Store(path: target + "/snug.sqlite")
            #expect(try await storage.history(in: store) == history)
            try await store.close()
            let fsck = try await JanitorProcess.run(["fsck", "--storage", target])
            #expect(fsck.status == 0, "\(fsck)")
        }
    }

    @Test("I5: A backup whose archive is missing, older or of another storage is damaged", arguments: [0, 1, 2])
    func mismatched(kind: Int) async throws {
        try await withBackedUpStorage { storage in
            try await storage.say(120, age: .days(40))
            let earlier = try storage.backUp().folder
            _ = try await storage.archivingSweep().run()
            let backup = try storage.backUp().folder
            let archive = backup.path + "/archive.sqlite"
            try FileManager.default.removeItem(atPath: archive)
            switch kind {
            case 0: break
            case 1: try FileManager.default.copyItem(atPath: earlier.path + "/archive.sqlite", toPath: archive)
            default:
                let other = storage.backups + "/other"
                try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: false)
                try await Store(path: other + "/snug.sqlite").close()
                try FileManager.default.copyItem(atPath: other + "/archive.sqlite", toPath: archive)
            }
            let report = try storage.verify(backup)
            let reasons = ["is missing", "it is older", "of another database"]
            #expect(report.problems.contains { $0.contains(reasons[kind]) }, "\(report)")
            #expect(try storage.verify(earlier).isClean)
        }
    }

    @Test("Statistics have the size of the archive")
    func size() async throws {
        try await withStorage { storage in
            _ = try await storage.archivedPicture()
            try await storage.damage("PRAGMA archive.wal_checkpoint(TRUNCATE)")
            let run = try await JanitorProcess.run(["stats", "--json", "--storage", storage.folder])
            let report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
            let archive = try #require(report["archive"] as? [String: Any])
            let file = try FileManager.default.attributesOfItem(atPath: storage.folder + "/archive.sqlite")
            #expect(archive["bytes"] as? Int == (file[.size] as? NSNumber)?.intValue)
        }
    }
}
