import SnugSettings
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
            _ = try await storage.store.renderings.finish(picture, variants: [.thumbnail])
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

    @Test("A session goes a day after it has expired, batch by batch, and not before")
    func sessions() async throws {
        try await withStorage { storage in
            for _ in 0..<7 { _ = try await storage.session(expired: .hours(25)) }
            let (young, valid) = (
                try await storage.session(expired: .hours(23)), try await storage.session(expired: .hours(-1))
            )
            #expect(try await storage.sweep(isDryRun: true).run()[.expiredSessions].rows == 7)
            let report = try await storage.sweep(batch: 3).run()
            #expect(report[.expiredSessions].rows == 7)
            #expect(Set(try await storage.store.people.sessionIDs(limit: 100)) == [young, valid])
        }
    }

    @Test("A session that was prolonged while it was swept stays")
    func prolonged() async throws {
        try await withStorage { storage in
            let id = try await storage.session(expired: .hours(25))
            let found = try await storage.store.people.expiredSessions(among: [id], before: .now)
            #expect(found == [id])
            try await storage.store.change(about: []) { change in
                try change.execute("UPDATE sessions SET expires_at = ?", [Timestamp.now + .days(30)])
            }
            #expect(try await storage.store.people.removeExpired(found, before: .now) == 0)
            #expect(try await storage.store.people.sessionIDs(limit: 9) == [id])
        }
    }

    @Test("Deleted attachments and rooms stay for their grace periods, if these are set")
    func graceOfDeleted() async throws {
        try await withStorage { storage in
            let gone = try await storage.deleted()
            try await storage.deletedRoom(messages: 2)
            var grace = GracePeriods()
            (grace.deleted, grace.rooms) = (Period(seconds: 60), Period(seconds: 60))
            for isDryRun in [true, false] {
                let report = try await storage.sweep(grace, isDryRun: isDryRun).run()
                #expect(report[.deletedAttachments].rows == 0 && report[.deletedRooms].rows == 0)
            }
            #expect(storage.hasFiles(gone))
            (grace.deleted, grace.rooms) = (Period(seconds: -60), Period(seconds: -60))
            let report = try await storage.sweep(grace).run()
            #expect(report[.deletedAttachments].rows == 1 && report[.deletedRooms].rows == 3)
            #expect(try await storage.isGone(gone))
        }
    }

    @Test("Without a grace period, what was deleted while the clock was ahead goes too")
    func clockAhead() async throws {
        try await withStorage { storage in
            storage.clock.age = .hours(-48)
            let gone = try await storage.deleted()
            storage.clock.age = .zero
            _ = try await storage.sweep().run()
            #expect(try await storage.isGone(gone))
        }
    }

    @Test("I3: A grace period cannot shorten the time for which idempotency keys are kept")
    func graceOfKeys() async throws {
        try await withStorage { storage in
            try await storage.key("young", age: .hours(23))
            try await storage.key("old", age: .hours(30))
            var grace = GracePeriods()
            grace.keys = Period(seconds: 31 * 3600)
            #expect(try await storage.sweep(grace).run()[.idempotencyKeys].rows == 0)
            grace.keys = Period(seconds: 0)
            #expect(try await storage.sweep(grace).run()[.idempotencyKeys].rows == 1)
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
            var nothing = SweepReport(dryRun: false)
            nothing[.upkeep].isSkipped = true
            #expect(second == nothing)
        }
    }
}
