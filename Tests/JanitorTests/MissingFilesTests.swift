import Foundation
import Pictures
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import Janitor

@Suite("Missing files", .timeLimit(.standard))
struct MissingFilesTests {
    private func thumbnail(_ id: Attachment.ID, _ storage: TestStorage) -> String {
        storage.path(of: .variant(VariantFile(blob: BlobID(id.uuid), size: .thumbnail, format: .jpg)))
    }

    private func status(_ id: Attachment.ID, _ storage: TestStorage) async throws -> Attachment.Status {
        try await storage.store.attachments.attachment(id, for: storage.owner).status
    }

    @Test("I4: A ready picture whose variant is missing or empty is rendered again, once", arguments: [false, true])
    func variant(isEmpty: Bool) async throws {
        try await withStorage { storage in
            let (damaged, intact) = (try await storage.ready(), try await storage.ready())
            if isEmpty {
                try Data().write(to: URL(fileURLWithPath: thumbnail(damaged, storage)))
            } else {
                try FileManager.default.removeItem(atPath: thumbnail(damaged, storage))
            }
            let found = SweepReport.Entry(rows: 1, files: 1)
            #expect(try await storage.sweep(isDryRun: true).run()[.missingFiles] == found)
            #expect(try await status(damaged, storage) == .ready)
            #expect(try await storage.sweep().run()[.missingFiles] == found)
            #expect(try await status(damaged, storage) == .processing)
            #expect(try await status(intact, storage) == .ready)
            // It is waiting already.
            #expect(try await storage.sweep().run()[.missingFiles] == SweepReport.Entry())
            #expect(try await storage.store.renderings.next()?.id == damaged)
            try storage.write(thumbnail(damaged, storage), age: .zero)
            let again = try await storage.store.renderings.finish(damaged, variants: [.thumbnail])
            #expect(again?.status == .ready && again?.variants == [.thumbnail])
            #expect(try await storage.sweep().run()[.missingFiles] == SweepReport.Entry())
        }
    }

    @Test("I5: A missing original is reported and its row stays, at each sweep", arguments: [false, true])
    func original(hasVariants: Bool) async throws {
        try await withStorage { storage in
            let id = try await storage.ready(age: .days(100))
            let blob = BlobID(id.uuid)
            _ = try await storage.archive.removeOriginal(blob)
            if !hasVariants { try await storage.archive.removeVariants(of: [blob]) }
            for isDryRun in [true, false, false] {
                let report = try await storage.sweep(isDryRun: isDryRun).run()
                #expect(report.lossCount == 1)
                #expect(report[.missingFiles].rows == 0)
                #expect(report.description.contains("LOST: \(id): the original is missing"))
                #expect(try report.json.contains("\"lost\":1"))
            }
            #expect(try await status(id, storage) == .ready)
            #expect(try await storage.store.attachments.existing(among: [id]) == [id])
        }
    }

    @Test("An attachment that is deleted or still being received is not missing its files")
    func noFiles() async throws {
        try await withStorage { storage in
            _ = try await storage.unfinished(age: .minutes(1))
            let gone = try await storage.deleted()
            try await storage.archive.remove([BlobID(gone.uuid)])
            let report = try await storage.sweep(isDryRun: true).run()
            #expect(report[.missingFiles] == SweepReport.Entry())
        }
    }

    @Test("Pictures that are rendered again leave half of the queue to uploads")
    func queue() async throws {
        try await withStorage { storage in
            var pictures: [Attachment.ID] = []
            for _ in 0..<3 { pictures.append(try await storage.ready()) }
            var limits = ChatLimits()
            limits.waitingPicturesPerPerson = 4
            let store = try Store(path: storage.folder + "/snug.sqlite", synchronous: .normal, limits: limits)
            #expect(try await store.renderings.renderAgain(pictures) == Array(pictures[..<2]))
            #expect(try await store.renderings.renderAgain(pictures).isEmpty)
            try await store.close()
        }
    }

    @Test("A picture that was deleted or is being rendered is not queued")
    func notQueued() async throws {
        try await withStorage { storage in
            let (gone, waiting) = (try await storage.deleted(), try await storage.unattached(age: .zero))
            #expect(try await storage.store.renderings.renderAgain([gone, waiting, .random()]).isEmpty)
        }
    }
}
