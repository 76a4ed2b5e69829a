import Foundation
import Media
import Pictures
import SnugSettings
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import Janitor

@Suite("Checking files", .timeLimit(.standard))
struct FileCheckTests {
    @Test("I5: A missing original is reported, and neither its row nor its variants are removed")
    func lostOriginal() async throws {
        try await withStorage { storage in
            _ = try await storage.picture()
            let (_, lost) = try await storage.picture()
            try FileManager.default.removeItem(atPath: storage.original(lost))
            try await Damage(check: .lostOriginals, subject: "\(lost)").isOnlyReported(in: storage)
            #expect(try await storage.store.attachments.existing(among: [lost]) == [lost])
            #expect(storage.isThere(storage.thumbnail(lost)))
        }
    }

    @Test("The variants of a picture whose original is missing are not given up for a rendering that must fail")
    func lostWithVariants() async throws {
        try await withStorage { storage in
            let (_, lost) = try await storage.picture()
            for path in [storage.original(lost), storage.thumbnail(lost)] {
                try FileManager.default.removeItem(atPath: path)
            }
            let report = try await storage.fsck(repairs: true).run()
            #expect(report[.lostOriginals].found == 1)
            #expect(report[.variants].found == 1 && report[.variants].repaired == 0)
            #expect(try await storage.store.attachments.attachment(lost, for: storage.owner).status == .ready)
        }
    }

    @Test("An original with one changed byte is found by its checksum, and not by a quick check")
    func changedOriginal() async throws {
        try await withStorage { storage in
            let (_, file) = try await storage.picture()
            let handle = try FileHandle(forUpdating: URL(fileURLWithPath: storage.original(file)))
            try handle.seek(toOffset: 5)
            try handle.write(contentsOf: Data("x".utf8))
            try handle.close()
            try await Damage(check: .damagedOriginals, subject: "\(file)").isOnlyReported(in: storage)
            #expect(try await storage.fsck(isQuick: true).run().status == .clean)
        }
    }

    @Test("A truncated original is found by a quick check too")
    func truncatedOriginal() async throws {
        try await withStorage { storage in
            let (_, file) = try await storage.picture()
            try #require(truncate(storage.original(file), 9) == 0)
            try await Damage(check: .damagedOriginals, subject: "\(file)").isOnlyReported(in: storage)
            let quick = try await storage.fsck(isQuick: true).run()
            #expect(
                quick[.damagedOriginals].examples == [
                    Finding(subject: "\(file)", detail: "9 bytes instead of 10")
                ]
            )
        }
    }

    @Test("I5: A file without a row is moved to the trash after its grace period, and not before")
    func orphan() async throws {
        try await withStorage { storage in
            _ = try await storage.picture()
            let old = try storage.stray(age: .hours(25))
            let young = try storage.stray(age: .hours(23))
            try narrow(storage, [old, young])
            try await Damage(check: .orphans, subject: ArchiveKey.original(old).path).isRepaired(in: storage)
            #expect(!storage.isThere(storage.path(of: .original(old))))
            #expect(storage.isThere(storage.path(of: .original(young))))
            #expect(try await storage.archive.undelete(old) == 1)
        }
    }

    @Test("I5: If too many files have no row, none is moved")
    func brake() async throws {
        try await withStorage { storage in
            try narrow(storage, (0..<60).map { _ in try storage.stray(age: .hours(30)) })
            let before = try storage.files()
            let report = try await storage.fsck(repairs: true).run()
            #expect(report[.orphans].found == 60 && report[.orphans].repaired == 0)
            #expect(report.status == .damaged)
            #expect(try storage.files() == before)
        }
    }

    @Test("A missing variant, one of another size and a picture without variants are rendered again")
    func variants() async throws {
        try await withStorage { storage in
            let files = try await [storage.picture().file, storage.picture().file, storage.picture().file]
            try FileManager.default.removeItem(atPath: storage.thumbnail(files[0]))
            try #require(truncate(storage.thumbnail(files[1]), 0) == 0)
            try await storage.damage("DELETE FROM variants WHERE attachment_id = ?", [files[2].bytes])
            try FileManager.default.removeItem(atPath: storage.thumbnail(files[2]))
            let kept = try await storage.picture().file
            try await Damage(check: .variants, subject: "\(files[1])").isRepaired(in: storage, found: 3)
            for file in files {
                #expect(try await storage.store.attachments.attachment(file, for: storage.owner).status == .processing)
            }
            #expect(try await storage.store.attachments.attachment(kept, for: storage.owner).status == .ready)
            // As the server then does.
            var queued: Set<Attachment.ID> = []
            while let task = try await storage.store.renderings.next() {
                queued.insert(task.id)
                try storage.write(storage.thumbnail(task.id), age: .zero)
                let finished = try await storage.store.renderings.finish(task.id, variants: [.thumbnail])
                #expect(finished?.status == .ready)
            }
            #expect(queued == Set(files))
            #expect(try await storage.fsck(isQuick: true).run()[.variants] == CheckResult())
        }
    }

    @Test("A picture that lost its rendering is rendered again")
    func noRendering() async throws {
        try await withStorage { storage in
            let (_, file) = try await storage.picture()
            try await storage.damage("DELETE FROM renderings WHERE attachment_id = ?", [file.bytes])
            try FileManager.default.removeItem(atPath: storage.thumbnail(file))
            try await Damage(check: .variants, subject: "\(file)").isRepaired(in: storage)
            #expect(try await storage.store.renderings.next()?.id == file)
        }
    }

    @Test("A file of a variant that no row knows goes to the trash, unless its picture is being rendered")
    func strayVariant() async throws {
        try await withStorage { storage in
            let (_, file) = try await storage.picture()
            let stray = ArchiveKey.variant(VariantFile(blob: BlobID(file.uuid), size: .large, format: .webp))
            let waiting = try await storage.unattached(age: .zero)
            try storage.write(storage.path(of: stray), age: .zero)
            try narrow(storage, [storage.path(of: stray), storage.original(waiting), storage.thumbnail(waiting)])
            let quick = try await storage.fsck(isQuick: true).run()
            #expect(quick[.strayVariants].examples.map(\.subject) == [stray.path])
            let repair = try await storage.fsck(repairs: true, isQuick: true).run()
            #expect(repair[.strayVariants].repaired == 1)
            #expect(!storage.isThere(storage.path(of: stray)))
            #expect(storage.hasFiles(file) && storage.hasFiles(waiting))
            #expect(try await storage.fsck(isQuick: true).run().found == 0)
        }
    }

    @Test("Foreign names in every folder are reported and left alone")
    func foreignNames() async throws {
        try await withStorage { storage in
            let other = BlobID.random().description
            let shard = other.hasSuffix("00") ? "01" : "00"
            let names = [
                "originals/00/notes.txt", "originals/\(shard)/\(other)", "variants/ff/.hidden", "incoming/upload",
                "trash/readme", "notes", "originals/extra",
            ]
            for name in names { try storage.write("\(storage.media)/\(name)", age: .zero) }
            try narrow(storage, names.map { "\(storage.media)/\($0)" })
            try await Damage(check: .foreignNames, subject: "media/notes").isOnlyReported(in: storage, found: 7)
            let report = try await storage.fsck().run()
            #expect(Set(report[.foreignNames].examples.map(\.subject)) == Set(names.map { "media/\($0)" }))
            for name in names { #expect(storage.isThere("\(storage.media)/\(name)")) }
        }
    }

    @Test("I7: Modes that are too wide are narrowed, and narrower ones are kept")
    func modes() async throws {
        try await withStorage { storage in
            let (_, file) = try await storage.picture()
            let manager = FileManager.default
            let wide = [storage.original(file), storage.folder + "/snug.sqlite", storage.media + "/variants/7f"]
            for path in wide { try manager.setAttributes([.posixPermissions: 0o777], ofItemAtPath: path) }
            try manager.setAttributes([.posixPermissions: 0o600], ofItemAtPath: storage.thumbnail(file))
            try await Damage(check: .modes, subject: "snug.sqlite").isRepaired(in: storage, found: 3)
            #expect(try wide.map(mode) == [0o640, 0o600, 0o750])
            #expect(try mode(storage.thumbnail(file)) == 0o600)
        }
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require((attributes[.posixPermissions] as? NSNumber)?.intValue) & 0o777
    }

    private func narrow(_ storage: TestStorage, _ ids: [BlobID]) throws {
        try narrow(storage, ids.map { storage.path(of: .original($0)) })
    }

    private func narrow(_ storage: TestStorage, _ paths: [String]) throws {
        for path in paths { try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path) }
    }
}
