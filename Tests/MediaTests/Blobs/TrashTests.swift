import Fixtures
import FoundationEssentials
import Pictures
import Testing
import Vocabulary

@testable import Media

@Suite struct TrashTests {
    private let today = TrashDay(Date(timeIntervalSince1970: 1_790_000_000))
    private let lastWeek = TrashDay(Date(timeIntervalSince1970: 1_790_000_000 - 8 * 86_400))

    @Test("A day is named by its date in UTC")
    func days() {
        #expect(today.description == "20260921")
        #expect(TrashDay(Date(timeIntervalSince1970: 951_782_399)).description == "20000228")
        #expect(TrashDay(Date(timeIntervalSince1970: 951_782_400)).description == "20000229")
        #expect(TrashDay(name: "2026092") == nil)
        #expect(TrashDay(name: "2026-9-1") == nil)
    }

    @Test("What a sweep took comes back whole (I5)")
    func undelete() async throws {
        try await withStore { store in
            let id = BlobID.random()
            try keep([1], as: id, in: store)
            try write([2], as: VariantFile(blob: id, size: .large, format: .jpg), in: store)
            try write([3], as: .animated(id), in: store)
            let before = try files(below: store.root)
            for file in try store.files(in: id.shard) { #expect(try store.moveToTrash(file, on: today)) }
            #expect(try store.files(in: id.shard).isEmpty)
            #expect(try store.trashUse() == StorageUse(fileCount: 3, byteCount: 3))
            #expect(try store.undelete(id) == 3)
            #expect(try files(below: store.root) == before)
            #expect(try store.undelete(id) == 0)
        }
    }

    @Test("Undeleting never replaces a file that is in use (I5)")
    func undeleteTaken() async throws {
        try await withStore { store in
            let id = BlobID.random()
            try keep([1], as: id, in: store)
            for file in try store.files(in: id.shard) { try store.moveToTrash(file, on: today) }
            try keep([2], as: id, in: store)
            #expect(try store.undelete(id) == 0)
            #expect(try store.openOriginal(id).read(at: 0, count: 1) == [2])
        }
    }

    @Test("A file that has gone meanwhile is no error")
    func gone() async throws {
        try await withStore { store in
            let id = BlobID.random()
            try keep([1], as: id, in: store)
            let file = try #require(try store.files(in: id.shard).first)
            try store.removeOriginal(id)
            #expect(try !store.moveToTrash(file, on: today))
        }
    }

    @Test("Only days before the given one are purged, and strangers' files never")
    func purge() async throws {
        try await withStore { store in
            let old = BlobID.random()
            let new = BlobID.random()
            for (id, day) in [(old, lastWeek), (new, today)] {
                try keep([1, 2], as: id, in: store)
                for file in try store.files(in: id.shard) where file.id == id { try store.moveToTrash(file, on: day) }
            }
            #expect(try store.trashDays() == [lastWeek, today])
            #expect(FileManager.default.createFile(atPath: "\(store.trash)/\(lastWeek)/notes.txt", contents: Data()))
            #expect(try store.purgeTrash(before: today) == StorageUse(fileCount: 1, byteCount: 2))
            #expect(try store.trashDays() == [lastWeek, today])
            #expect(try store.undelete(old) == 0)
            #expect(try store.undelete(new) == 1)
        }
    }

    @Test("An emptied day's folder goes too")
    func emptyDay() async throws {
        try await withStore { store in
            let id = BlobID.random()
            try keep([1], as: id, in: store)
            for file in try store.files(in: id.shard) { try store.moveToTrash(file, on: lastWeek) }
            try store.purgeTrash(before: today)
            #expect(try store.trashDays().isEmpty)
        }
    }
}
