import Foundation
import GRDB
import Media
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import ChatSQLite
@testable import Janitor

@Suite("Restoring a backup", .timeLimit(.standard))
struct RestoreTests {
    @Test("I1, I2: A restored storage has the rows and files of the backup, another epoch, and no media key")
    func restored() async throws {
        try await withBackedUpStorage { storage in
            let picture = try await storage.renderedPicture().file
            let backup = try storage.backUp().folder
            let later = try await storage.renderedPicture().file
            let target = storage.folder + "-restored"
            try storage.restore(backup, to: target)
            for file in [storage.original(picture), storage.variant(picture)] {
                #expect(try bytes(of: storage.path(file, in: target)) == bytes(of: file))
                #expect(mode(of: storage.path(file, in: target)) == 0o640)
            }
            #expect(!storage.isThere(storage.path(storage.original(later), in: target)))
            #expect(mode(of: target) == 0o750)
            #expect(mode(of: target + "/media/originals") == 0o2750)
            #expect(mode(of: target + "/snug.sqlite") == 0o600)
            #expect(try bytes(of: target + "/snug.yaml") == bytes(of: storage.folder + "/snug.yaml"))
            #expect(!storage.isThere(target + "/secret"))
            #expect(!storage.isThere(target + "/secret.previous"))
            #expect(!storage.isThere(target + "/restore.unfinished"))
            let restored = try DatabaseQueue(path: target + "/snug.sqlite")
            let copied = try DatabaseQueue(path: backup.path + "/snug.sqlite")
            #expect(try dump(restored) == dump(copied))
            #expect(try epoch(restored) != epoch(copied))
            #expect(try epoch(copied) == storage.store.epoch)
        }
    }

    @Test("--keep-secret restores both keys with their times, on which the end of the previous one depends")
    func keepSecret() async throws {
        try await withBackedUpStorage { storage in
            try await storage.renderedPicture()
            let backup = try storage.backUp().folder
            let target = storage.folder + "-restored"
            try storage.restore(backup, to: target, keepsSecret: true)
            for name in ["secret", "secret.previous"] {
                #expect(try bytes(of: "\(target)/\(name)") == bytes(of: "\(storage.folder)/\(name)"))
                #expect(mode(of: "\(target)/\(name)") == 0o600)
                let times = try [target, storage.folder].map {
                    try FileManager.default.attributesOfItem(atPath: "\($0)/\(name)")[.modificationDate] as? Date
                }
                #expect(times[0] == times[1])
            }
        }
    }

    @Test("I1: Nothing is overwritten: neither a storage, nor pictures without a database, nor a key")
    func refused() async throws {
        try await withBackedUpStorage { storage in
            let picture = try await storage.renderedPicture().file
            try storage.backUp()
            let arguments = ["restore", storage.backups, "--storage"]
            let over = try await JanitorProcess.run(arguments + [storage.folder])
            #expect(over.isRefused)
            #expect(over.errors.contains("There is a storage in \(storage.folder) already (snug.sqlite)"))
            let target = storage.folder + "-restored"
            try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
            try Data().write(to: URL(fileURLWithPath: target + "/snug.sqlite-wal"))
            #expect(try await JanitorProcess.run(arguments + [target]).errors.contains("(snug.sqlite-wal)"))
            try FileManager.default.removeItem(atPath: target + "/snug.sqlite-wal")
            try Data("key".utf8).write(to: URL(fileURLWithPath: target + "/secret"))
            #expect(try await JanitorProcess.run(arguments + [target]).errors.contains("There is a media key in"))
            try FileManager.default.removeItem(atPath: target + "/secret")
            _ = try MediaFolder(target + "/media")
            let stray = storage.path(storage.original(picture), in: target)
            try Data("stray".utf8).write(to: URL(fileURLWithPath: stray))
            let pictures = try await JanitorProcess.run(arguments + [target])
            #expect(pictures.isRefused)
            #expect(pictures.errors.contains("There are pictures in"))
            #expect(try bytes(of: stray) == Data("stray".utf8))
            try FileManager.default.removeItem(atPath: stray)
            #expect(try await JanitorProcess.run(arguments + [target]).status == 0)
        }
    }

    @Test("I1: A damaged backup is not restored, and nothing is written")
    func damaged() async throws {
        try await withBackedUpStorage { storage in
            let picture = try await storage.renderedPicture().file
            let backup = try storage.backUp().folder
            let file = storage.path(storage.original(picture), in: backup.path)
            try Data("other".utf8).write(to: URL(fileURLWithPath: file))
            let target = storage.folder + "-restored"
            let run = try await JanitorProcess.run(["restore", storage.backups, "--storage", target])
            #expect(run.status == 1)
            #expect(run.errors.contains("The backup is damaged; nothing was restored."))
            #expect(!storage.isThere(target + "/snug.sqlite"))
            #expect(!storage.isThere(target + "/media"))
        }
    }

    @Test(
        "I1: An interrupted restore is no storage for a sweep, and the next run completes it",
        arguments: Restore.Step.allCases
    )
    func interrupted(step: Restore.Step) async throws {
        try await withBackedUpStorage { storage in
            let picture = try await storage.renderedPicture().file
            let backup = try storage.backUp().folder
            let target = storage.folder + "-restored"
            #expect(throws: Interruption.self) { try storage.restore(backup, to: target, until: step) }
            let sweep = try await JanitorProcess.run(["sweep", "--storage", target])
            #expect(sweep.isRefused)
            try storage.restore(backup, to: target)
            for file in [storage.original(picture), storage.variant(picture)] {
                #expect(try bytes(of: storage.path(file, in: target)) == bytes(of: file))
            }
            let restored = try DatabaseQueue(path: target + "/snug.sqlite")
            #expect(try dump(restored) == dump(DatabaseQueue(path: backup.path + "/snug.sqlite")))
            let names = try FileManager.default.contentsOfDirectory(atPath: target).sorted()
            #expect(names == ["archive.sqlite", "janitor.lock", "media", "server.lock", "snug.sqlite", "snug.yaml"])
        }
    }

    private func epoch(_ database: DatabaseQueue) throws -> String? {
        try database.read { try String.fetchOne($0, sql: "SELECT epoch FROM meta") }
    }

    /// Every row but that of the epoch.
    private func dump(_ database: DatabaseQueue) throws -> [String] {
        try database.read { db in
            let tables = try String.fetchAll(
                db,
                sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'meta' ORDER BY name"
            )
            return try tables.flatMap { table in
                try Row.fetchAll(db, sql: "SELECT * FROM \"\(table)\"").map { "\(table): \($0)" }.sorted()
            }
        }
    }
}
