import Fixtures
import FoundationEssentials
import Pictures
import TestSupport
import Testing
import Vocabulary

@testable import Media

@Suite(.timeLimit(.standard)) struct TrashTests {
    private let today = TrashDay(Date(timeIntervalSince1970: 1_790_000_000))
    private let lastWeek = TrashDay(Date(timeIntervalSince1970: 1_790_000_000 - 8 * 86_400))

    /// Empties the trash as the janitor does.
    private func purge(_ media: MediaFolder, before limit: TrashDay) async throws -> StorageUse {
        let archive = DiskArchive(media, pageSize: 2)
        var use = StorageUse()
        for day in try await archive.trashDays() where day < limit {
            var cursor: ArchiveCursor?
            repeat {
                let page = try await archive.trashedFiles(on: day, after: cursor)
                for file in page.files where try await archive.removeFromTrash(file, of: day) {
                    use.add(file.byteCount)
                }
                cursor = page.next
            } while cursor != nil
            try await archive.removeEmptyTrash(of: day)
        }
        return use
    }

    @Test("The trash of a day is listed in pages, and of a name in it twice the newest copy counts")
    func pages() async throws {
        try await withMediaFolder { media in
            let id = BlobID.random()
            for (byteCount, day) in [(1, lastWeek), (2, today)] {
                try await commit(Array(repeating: 7, count: byteCount), as: id, in: media)
                for file in try await media.archivedFiles() { try await media.archive.moveToTrash(file, on: day) }
            }
            #expect(try await media.archive.trashedFiles(of: id).map(\.byteCount) == [2])
            for _ in 0..<6 { try await commit([1, 1, 1], as: .random(), in: media) }
            for file in try await media.archivedFiles() { try await media.archive.moveToTrash(file, on: lastWeek) }
            #expect(try await purge(media, before: today) == StorageUse(fileCount: 7, byteCount: 19))
            #expect(try await media.archive.trashDays() == [today])
        }
    }

    @Test("A day is named by its date in UTC")
    func days() {
        #expect(today.description == "20260921")
        #expect(TrashDay(Date(timeIntervalSince1970: 951_782_399)).description == "20000228")
        #expect(TrashDay(Date(timeIntervalSince1970: 951_782_400)).description == "20000229")
        #expect(TrashDay(name: "2026092") == nil)
        #expect(TrashDay(name: "2026-9-1") == nil)
    }

    @Test("Trashed files can be restored completely (I5)")
    func undelete() async throws {
        try await withMediaFolder { media in
            let id = BlobID.random()
            try await commit([1], as: id, in: media)
            try write([2], as: VariantFile(blob: id, size: .large, format: .jpg), in: media)
            try write([3], as: .animated(id), in: media)
            let before = try files(below: media.path)
            for file in try await media.archivedFiles() {
                #expect(try await media.archive.moveToTrash(file, on: today))
            }
            #expect(try await media.archivedFiles().isEmpty)
            #expect(try await media.archive.trashUse(before: nil) == StorageUse(fileCount: 3, byteCount: 3))
            #expect(try await media.archive.undelete(id) == 3)
            #expect(try files(below: media.path) == before)
            #expect(try await media.archive.undelete(id) == 0)
        }
    }

    @Test("Undeleting never replaces a file that is in use (I5)")
    func undeleteTaken() async throws {
        try await withMediaFolder { media in
            let id = BlobID.random()
            try await commit([1], as: id, in: media)
            for file in try await media.archivedFiles() { try await media.archive.moveToTrash(file, on: today) }
            try await commit([2], as: id, in: media)
            #expect(try await media.archive.undelete(id) == 0)
            #expect(try media.open(.original(id)).read(at: 0, count: 1) == [2])
        }
    }

    @Test("A file that has been removed meanwhile is not an error")
    func gone() async throws {
        try await withMediaFolder { media in
            let id = BlobID.random()
            try await commit([1], as: id, in: media)
            let file = try #require(try await media.archivedFiles().first)
            try await media.archive.removeOriginal(id)
            #expect(try await !media.archive.moveToTrash(file, on: today))
        }
    }

    @Test("Only days before the given one are purged, and foreign files never")
    func purge() async throws {
        try await withMediaFolder { media in
            let old = BlobID.random()
            let new = BlobID.random()
            for (id, day) in [(old, lastWeek), (new, today)] {
                try await commit([1, 2], as: id, in: media)
                for file in try await media.archivedFiles() where file.key.blob == id {
                    try await media.archive.moveToTrash(file, on: day)
                }
            }
            #expect(try await media.archive.trashDays() == [lastWeek, today])
            #expect(FileManager.default.createFile(atPath: "\(media.trash)/\(lastWeek)/notes.txt", contents: Data()))
            #expect(try await purge(media, before: today) == StorageUse(fileCount: 1, byteCount: 2))
            #expect(try await media.archive.trashDays() == [lastWeek, today])
            #expect(try await media.archive.undelete(old) == 0)
            #expect(try await media.archive.undelete(new) == 1)
        }
    }

    @Test("The folder of an emptied day is removed")
    func emptyDay() async throws {
        try await withMediaFolder { media in
            let id = BlobID.random()
            try await commit([1], as: id, in: media)
            for file in try await media.archivedFiles() { try await media.archive.moveToTrash(file, on: lastWeek) }
            _ = try await purge(media, before: today)
            #expect(try await media.archive.trashDays().isEmpty)
        }
    }
}
