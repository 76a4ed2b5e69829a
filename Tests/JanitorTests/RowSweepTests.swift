import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import Janitor

@Suite("Sweeping rows", .timeLimit(.standard))
struct RowSweepTests {
    @Test("I5: An upload that began more than an hour ago and never ended goes, a younger one stays")
    func unfinished() async throws {
        try await withStorage { storage in
            let old = try await storage.unfinished(age: .minutes(61))
            let young = try await storage.unfinished(age: .minutes(59))
            let report = try await storage.sweep().run()
            #expect(report[.unfinishedUploads].rows == 1)
            #expect(report[.deletedAttachments] == SweepReport.Entry(rows: 1, files: 0, bytes: 0))
            #expect(try await storage.isGone(old))
            #expect(try await storage.store.attachments.existing(among: [young]) == [young])
        }
    }

    @Test("I5: An upload that no message took within 24 hours goes with its files, a younger one stays")
    func unattached() async throws {
        try await withStorage { storage in
            let old = try await storage.unattached(age: .hours(25))
            let young = try await storage.unattached(age: .hours(23))
            let report = try await storage.sweep().run()
            #expect(report[.unattachedUploads].rows == 1)
            #expect(report[.deletedAttachments] == SweepReport.Entry(rows: 1, files: 2, bytes: 20))
            #expect(try await storage.isGone(old))
            #expect(storage.hasFiles(young))
        }
    }

    @Test("I5: What a message holds is never removed, however old")
    func attached() async throws {
        try await withStorage { storage in
            let (message, file) = try await storage.attached(age: .days(1000))
            let report = try await storage.sweep().run()
            #expect(report[.deletedAttachments].rows == 0)
            #expect(report[.unknownFiles].files == 0)
            #expect(storage.hasFiles(file))
            let found = try await storage.store.messages.message(message, in: storage.room, for: storage.owner)
            #expect(found.attachments.map(\.id) == [file])
        }
    }

    @Test("I5: The files of a deleted message are gone after the next sweep")
    func deleted() async throws {
        try await withStorage { storage in
            let gone = try await storage.deleted()
            try storage.write(storage.path(of: .variant(.animated(BlobID(gone.uuid)))), age: .zero)
            let (_, kept) = try await storage.attached(age: .zero)
            let report = try await storage.sweep().run()
            #expect(report[.deletedAttachments] == SweepReport.Entry(rows: 1, files: 3, bytes: 30))
            #expect(try await storage.isGone(gone))
            #expect(storage.hasFiles(kept))
        }
    }

    @Test("I5: A picture of a person is in use")
    func avatar() async throws {
        try await withStorage { storage in
            let picture = try await storage.unattached(age: .hours(48))
            let thumbnail = Variant(
                size: .thumbnail,
                fileSize: .thumbnail,
                width: 4,
                height: 3,
                format: .jpg,
                byteCount: 10
            )
            _ = try await storage.store.renderings.finish(picture, variants: [thumbnail])
            var changes = UserChanges()
            changes.avatar = .attachment(picture)
            _ = try await storage.store.people.update(storage.owner, changes)
            _ = try await storage.sweep().run()
            #expect(storage.hasFiles(picture))
            changes.avatar = UserChanges.Avatar.none
            _ = try await storage.store.people.update(storage.owner, changes)
            _ = try await storage.sweep().run()
            #expect(try await storage.isGone(picture))
        }
    }

    @Test("Deleted rooms are pruned, batch by batch")
    func rooms() async throws {
        try await withStorage { storage in
            try await storage.deletedRoom(messages: 7)
            try await storage.deletedRoom(messages: 0)
            let report = try await storage.sweep(batch: 3).run()
            #expect(report[.deletedRooms].rows == 9)
            #expect(try await storage.store.rooms.prunableCount() == 0)
            #expect(try await storage.store.rooms.pruneDeleted(limit: 1) == 0)
        }
    }

    @Test("I3: Idempotency keys are forgotten after 24 hours, batch by batch, and not before")
    func keys() async throws {
        try await withStorage { storage in
            for number in 0..<7 { try await storage.key("old \(number)", age: .hours(24)) }
            try await storage.key("young", age: .minutes(24 * 60 - 1))
            let report = try await storage.sweep(batch: 3).run()
            #expect(report[.idempotencyKeys].rows == 7)
            #expect(try await storage.store.oldKeyCount() == 0)
            let young = IdempotencyKey(of: storage.owner, route: "messages", text: "young")
            #expect(try await storage.store.people.hasBeenUsed(young))
        }
    }

    @Test("Many leftovers are swept in many batches")
    func batches() async throws {
        try await withStorage { storage in
            var old: [Attachment.ID] = []
            for _ in 0..<11 { old.append(try await storage.unattached(age: .hours(30))) }
            let report = try await storage.sweep(batch: 3).run()
            #expect(report[.unattachedUploads].rows == 11)
            #expect(report[.deletedAttachments] == SweepReport.Entry(rows: 11, files: 22, bytes: 220))
            for id in old { #expect(try await storage.isGone(id)) }
        }
    }

    @Test("A file that is gone already is no reason to stop")
    func missingFile() async throws {
        try await withStorage { storage in
            let gone = try await storage.deleted()
            _ = try await storage.archive.removeOriginal(BlobID(gone.uuid))
            let report = try await storage.sweep().run()
            #expect(report[.deletedAttachments] == SweepReport.Entry(rows: 1, files: 1, bytes: 10))
            #expect(try await storage.isGone(gone))
        }
    }

    @Test("A second sweep finds nothing to do")
    func twice() async throws {
        try await withStorage { storage in
            _ = try await storage.unattached(age: .hours(30))
            _ = try await storage.deleted()
            try storage.stray(age: .hours(30))
            _ = try await storage.sweep().run()
            var second = try await storage.sweep().run()
            second.seconds = 0
            #expect(second == SweepReport(dryRun: false))
        }
    }
}
