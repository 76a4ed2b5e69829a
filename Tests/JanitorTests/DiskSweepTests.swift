import Foundation
import Media
import Pictures
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import Janitor

@Suite("Sweeping the disk", .timeLimit(.standard))
struct DiskSweepTests {
    private func trash(_ day: Date, _ storage: TestStorage) throws -> (folder: String, file: String) {
        let folder = "\(storage.media)/trash/\(TrashDay(day))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let file = "\(folder)/\(BlobID.random())"
        try storage.write(file, age: .zero)
        return (folder, file)
    }

    @Test("I5: A file without a row goes to the trash after 24 hours and not before")
    func unknown() async throws {
        try await withStorage { storage in
            let old = try storage.stray(age: .hours(25))
            let young = try storage.stray(age: .hours(23))
            let orphan = VariantFile(blob: BlobID.random(), size: .large, format: .webp)
            let moving = VariantFile.animated(BlobID.random())
            for file in [orphan, moving] { try storage.write(storage.path(of: .variant(file)), age: .hours(25)) }
            let report = try await storage.sweep().run()
            #expect(report[.unknownFiles] == SweepReport.Entry(rows: 0, files: 3, bytes: 30))
            #expect(!storage.isThere(storage.path(of: .original(old))))
            for file in [orphan, moving] { #expect(!storage.isThere(storage.path(of: .variant(file)))) }
            #expect(storage.isThere(storage.path(of: .original(young))))
            let today = "\(storage.media)/trash/\(TrashDay(Date()))"
            for name in [old.description, orphan.name, moving.name] { #expect(storage.isThere("\(today)/\(name)")) }
            // What is in the trash can still be brought back.
            #expect(try await storage.archive.undelete(old) == 1)
        }
    }

    @Test("I5: Files of an upload that is under way are left alone, however old they look")
    func underWay() async throws {
        try await withStorage { storage in
            let id = try await storage.unfinished(age: .minutes(30))
            try storage.write(BlobID(id.uuid), age: .days(10))
            let report = try await storage.sweep().run()
            #expect(report[.unknownFiles].files == 0)
            #expect(storage.hasFiles(id))
        }
    }

    @Test("Files that Snug did not name are nobody's business")
    func foreign() async throws {
        try await withStorage { storage in
            let foreign = ["originals/00/notes.txt", "variants/ff/.hidden", "trash/readme", "notes"]
            for name in foreign { try storage.write("\(storage.media)/\(name)", age: .days(100)) }
            _ = try await storage.sweep().run()
            for name in foreign { #expect(storage.isThere("\(storage.media)/\(name)")) }
        }
    }

    @Test("The trash keeps a file for 7 days")
    func emptyTrash() async throws {
        try await withStorage { storage in
            let old = try trash(Date(timeIntervalSinceNow: -8 * 86_400), storage)
            let kept = try trash(Date(timeIntervalSinceNow: -7 * 86_400), storage)
            let report = try await storage.sweep().run()
            #expect(report[.trash] == SweepReport.Entry(rows: 0, files: 1, bytes: 10))
            #expect(!storage.isThere(old.folder))
            #expect(storage.isThere(kept.file))
        }
    }

    @Test("What a killed server was still writing goes after an hour")
    func unfinished() async throws {
        try await withStorage { storage in
            let (old, young) = ("\(storage.media)/incoming/old.part", "\(storage.media)/incoming/young.part")
            try storage.write(old, age: .minutes(61))
            try storage.write(young, age: .minutes(59))
            let report = try await storage.sweep().run()
            #expect(report[.unfinishedUploads] == SweepReport.Entry(rows: 0, files: 1, bytes: 10))
            #expect(!storage.isThere(old))
            #expect(storage.isThere(young))
        }
    }
}
