import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import ChatSQLite
@testable import Janitor

@Suite("Backups", .timeLimit(.standard))
struct BackupTests {
    @Test("I1: A backup has the database, the files of every attachment, the keys and the settings, with their modes")
    func complete() async throws {
        try await withBackedUpStorage { storage in
            let picture = try await storage.renderedPicture().file
            let unattached = try await storage.unattached(age: .zero)
            _ = try await storage.unfinished(age: .zero)
            let deleted = try await storage.renderedPicture()
            try await storage.store.messages.delete(deleted.message, in: storage.room, by: storage.owner)
            let (backup, report) = try storage.backUp()
            for file in [storage.original(picture), storage.variant(picture), storage.variant(picture, .large)] {
                #expect(try bytes(of: storage.path(file, in: backup.path)) == bytes(of: file))
                #expect(mode(of: storage.path(file, in: backup.path)) == 0o640)
            }
            #expect(storage.isThere(storage.path(storage.original(unattached), in: backup.path)))
            #expect(!storage.isThere(storage.path(storage.original(deleted.file), in: backup.path)))
            for (name, expected) in [("secret", 0o600), ("secret.previous", 0o600), ("snug.yaml", 0o640)] {
                #expect(try bytes(of: "\(backup.path)/\(name)") == bytes(of: "\(storage.folder)/\(name)"))
                #expect(mode(of: "\(backup.path)/\(name)") == mode_t(expected))
            }
            #expect(mode(of: backup.path + "/snug.sqlite") == 0o600)
            #expect(mode(of: backup.path) == 0o700)
            #expect(mode(of: storage.backups) == 0o700)
            #expect(report.attachmentCount == 2)
            #expect(report.copiedCount == 5)
            // The row of the unattached upload has a made-up hash.
            #expect(report.damaged.count == 1)
            #expect(try storage.verify(backup).isClean)
        }
    }

    @Test("A second backup links what has not changed and copies what has")
    func incremental() async throws {
        try await withBackedUpStorage { storage in
            let old = try await storage.renderedPicture().file
            let first = try storage.backUp().folder
            let new = try await storage.renderedPicture().file
            let changed = storage.variant(old, .medium)
            try Data("rendered again".utf8).write(to: URL(fileURLWithPath: changed))
            let (second, report) = try storage.backUp()
            #expect(report.linkedCount == 3)
            #expect(report.copiedCount == 5)
            for file in [storage.original(old), storage.variant(old), storage.variant(old, .large)] {
                let inodes = [first, second].map { inode(of: storage.path(file, in: $0.path)) }
                #expect(inodes[0] != nil && inodes[0] == inodes[1])
                #expect(inodes[0] != inode(of: file))
            }
            #expect(try bytes(of: storage.path(changed, in: second.path)) == bytes(of: changed))
            #expect(storage.isThere(storage.path(storage.original(new), in: second.path)))
            #expect(!storage.isThere(storage.path(storage.original(new), in: first.path)))
            for backup in [first, second] { #expect(try storage.verify(backup).isClean) }
            let (full, fullReport) = try storage.backUp(isFull: true)
            #expect(fullReport.linkedCount == 0 && fullReport.copiedCount == 8)
            let original = storage.original(old)
            #expect(
                inode(of: storage.path(original, in: full.path)) != inode(of: storage.path(original, in: second.path))
            )
        }
    }

    @Test("I5: An original that the storage has lost or damaged is taken from the previous backup")
    func rescued() async throws {
        try await withBackedUpStorage { storage in
            let (lost, damaged) = (
                try await storage.renderedPicture("lost").file, try await storage.renderedPicture("damaged").file
            )
            let first = try storage.backUp()
            #expect(!first.report.hasLosses)
            try FileManager.default.removeItem(atPath: storage.original(lost))
            try Data("damagEd".utf8).write(to: URL(fileURLWithPath: storage.original(damaged)))
            let (second, report) = try storage.backUp()
            #expect(report.rescued.count == 2)
            #expect(report.missing.count == 0 && report.damaged.count == 0)
            #expect(try bytes(of: storage.path(storage.original(lost), in: second.path)) == Data("lost".utf8))
            #expect(try bytes(of: storage.path(storage.original(damaged), in: second.path)) == Data("damaged".utf8))
            #expect(try storage.verify(second).isClean)
        }
    }

    @Test("A lost original that no backup has is reported, and the backup is made all the same")
    func lost() async throws {
        try await withBackedUpStorage { storage in
            let (lost, damaged) = (
                try await storage.renderedPicture("lost").file, try await storage.renderedPicture("damaged").file
            )
            try FileManager.default.removeItem(atPath: storage.original(lost))
            try Data("damagEd".utf8).write(to: URL(fileURLWithPath: storage.original(damaged)))
            let run = try await JanitorProcess.run(["backup", storage.backups, "--storage", storage.folder])
            #expect(run.status == 1)
            #expect(run.output.contains("has lost 1 originals: media/originals/"))
            #expect(run.output.contains("has 1 damaged originals: media/originals/"))
            let check = try await JanitorProcess.run(["verify", storage.backups])
            #expect(check.status == 0)
            #expect(check.output.contains("had lost or damaged 2 originals"))
        }
    }

    @Test("I4: A picture whose variants are removed during a backup waits to be rendered in the copy")
    func removedVariant() async throws {
        try await withBackedUpStorage { storage in
            let (kept, picture) = (try await storage.renderedPicture().file, try await storage.renderedPicture())
            let collection = try BackupCollection(at: storage.backups, outside: storage.settings)
            var backup = Backup(settings: storage.settings, collection: collection, stop: StopRequest(), pause: 0)
            backup.reached = { step in
                guard step == .database else { return }
                // What a server does when a message is deleted.
                try FileManager.default.removeItem(atPath: storage.variant(picture.file, .medium))
            }
            let (folder, report) = try backup.run()
            #expect(report.unrendered == [picture.file])
            #expect(try storage.verify(folder).isClean)
            let pages = try folder.database.read { try $0.attachmentFiles(after: nil, limit: 10) }
            let variants = Dictionary(uniqueKeysWithValues: pages.map { ($0.id, $0.variants.count) })
            #expect(variants == [kept: 3, picture.file: 0])
            let state = try folder.database.read { try $0.rendering(of: picture.file)?.state }
            #expect(state == .waiting)
            #expect(!storage.isThere(storage.path(storage.variant(picture.file), in: folder.path)))
        }
    }

    @Test("I5: A sweep leaves the storage to a backup")
    func lease() async throws {
        try await withBackedUpStorage { storage in
            try await storage.renderedPicture()
            let lock = try #require(try JanitorLock(storage: storage.folder))
            let run = try await JanitorProcess.run(["backup", storage.backups, "--storage", storage.folder])
            #expect(run.status == 75)
            #expect(run.errors.contains("Another janitor is running"))
            lock.release()
        }
    }

    @Test("--keep removes older backups, and without it none is removed")
    func keep() async throws {
        try await withBackedUpStorage { storage in
            let kept = try await storage.renderedPicture().file
            let folders = try (0..<4).map { _ in try storage.backUp().folder }
            #expect(Set(folders.map(\.name)).count == 4)
            #expect(BackupName.completed(in: storage.backups).map(\.text) == folders.map(\.name))
            let arguments = ["backup", storage.backups, "--storage", storage.folder, "--keep"]
            #expect(try await JanitorProcess.run(arguments + ["0"]).status == 64)
            let run = try await JanitorProcess.run(arguments + ["2"])
            #expect(run.status == 0)
            #expect(run.output.contains("3 older backups were removed"))
            let left = BackupName.completed(in: storage.backups).map(\.text)
            #expect(left.count == 2 && left.first == folders.last?.name)
            for name in left {
                let backup = BackupFolder(complete: "\(storage.backups)/\(name)")
                #expect(storage.isThere(storage.path(storage.original(kept), in: backup.path)))
                #expect(try storage.verify(backup).isClean)
            }
        }
    }

    @Test("A folder inside the storage is refused, also through a link")
    func inside() async throws {
        try await withBackedUpStorage { storage in
            try FileManager.default.createSymbolicLink(atPath: storage.backups, withDestinationPath: storage.folder)
            for path in [storage.folder, storage.folder + "/media/backups", storage.backups + "/backups"] {
                let run = try await JanitorProcess.run(["backup", path, "--storage", storage.folder])
                #expect(run.isRefused)
                #expect(run.errors.contains("is inside the storage"))
            }
        }
    }

    @Test("Names sort by time; other names are not those of backups")
    func names() {
        #expect(BackupName(Date(timeIntervalSince1970: 1_796_000_000)).text == "2026-11-30T005320Z")
        #expect(BackupName("2026-11-30T005320Z") != nil)
        for name in ["2026-11-30T005320", "2026-11-30T005320Z.unfinished", "2026-11-30 025320Z", "lost+found", ""] {
            #expect(BackupName(name) == nil, "\(name)")
        }
    }
}
