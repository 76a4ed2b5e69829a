import Foundation
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite
@testable import Janitor

@Suite("Checking an archive", .timeLimit(.standard))
struct ArchiveCheckTests {
    @Test(
        "I5: Nothing is found in an archive, whether a message is in one file or in both",
        arguments: [1, 3, 200]
    )
    func clean(batch: Int) async throws {
        try await withStorage { storage in
            let archived = try await storage.archivedPicture()
            // An event about a message that is only in the archive.
            try await storage.store.messages.delete(archived.texts[0].id, in: storage.room, by: storage.owner)
            _ = try await storage.sweep().run()
            // In both.
            let edited = archived.texts[1].id
            _ = try await storage.store.messages.edit(edited, in: storage.room, body: "new", by: storage.owner)
            try await storage.store.messages.delete(archived.texts[2].id, in: storage.room, by: storage.owner)
            let reply = Draft(body: "reply", replyTo: archived.texts[3].id)
            _ = try await storage.store.messages.post(reply, in: storage.room, by: storage.owner)
            #expect(try await storage.count("archived_messages") == 10)
            let report = try await storage.fsck(batch: batch).run()
            #expect(report.status == .clean, "\(report)")
            #expect(report.skipped.isEmpty)
            #expect(storage.hasFiles(archived.file))
        }
    }

    @Test("Nothing is found between the two changes of a batch, and after the deletion of a room with an archive")
    func interrupted() async throws {
        try await withStorage { storage in
            let archived = try await storage.archivedPicture()
            try await storage.say(5, age: .zero)
            let plan = try #require(
                try await storage.store.messages.planArchiving(of: storage.room, after: 0, before: .now, limit: 50)
            )
            _ = try await storage.store.messages.copyToArchive(plan)
            #expect(try await storage.fsck().run().status == .clean)
            try await storage.store.rooms.delete(storage.room, by: storage.owner)
            #expect(try await storage.fsck().run().status == .clean)
            _ = try await storage.sweep().run()
            #expect(try await storage.count("archived_messages") == 0)
            #expect(try await storage.fsck().run().status == .clean)
            #expect(!storage.hasFiles(archived.file))
        }
    }

    @Test("A picture of a missing archived message is reported and kept")
    func reference() async throws {
        try await withStorage { storage in
            let archived = try await storage.archivedPicture()
            try await storage.damage("DELETE FROM archived_messages WHERE id = ?", [archived.picture.bytes])
            try await Damage(check: .references, subject: "\(archived.file)").isOnlyReported(in: storage)
        }
    }

    @Test("A picture that was not deleted with its archived message is reported and kept")
    func deletedMessage() async throws {
        try await withStorage { storage in
            let archived = try await storage.archivedPicture()
            try await storage.damage(
                "UPDATE archived_messages SET deleted_at = 1, attachment_count = 0 WHERE id = ?",
                [archived.picture.bytes]
            )
            try await Damage(check: .references, subject: "\(archived.file)").isOnlyReported(in: storage)
            #expect(try await storage.fsck().run()[.references].examples.map(\.detail) == ["its message was deleted"])
        }
    }

    @Test("An archived message's number of attachments is raised if it is too low, and kept if it is too high")
    func attachmentCount() async throws {
        try await withStorage { storage in
            let archived = try await storage.archivedPicture()
            try await storage.damage("UPDATE archived_messages SET attachment_count = 0")
            try await Damage(check: .attachmentCounts, subject: "\(archived.picture)").isRepaired(in: storage)
            #expect(try await storage.history()[0].attachments.map(\.id) == [archived.file])
            _ = try await storage.sweep().run()
            #expect(try await storage.history()[0].attachments.map(\.id) == [archived.file])
            try await storage.damage("UPDATE archived_messages SET attachment_count = 2 WHERE attachment_count = 1")
            try await Damage(check: .attachmentCounts, subject: "\(archived.picture)").isOnlyReported(in: storage)
        }
    }

    @Test("An archive that lacks the newest message that was moved into it is reported")
    func boundary() async throws {
        try await withStorage { storage in
            _ = try await storage.archivedPicture()
            try await storage.damage(
                "DELETE FROM archived_messages WHERE seq = (SELECT max(archived_seq) FROM rooms)"
            )
            try await Damage(check: .archive, subject: "\(storage.room)").isOnlyReported(in: storage)
        }
    }

    @Test("A message without its sender, and an archive that is older or another one, are reported")
    func foreign() async throws {
        try await withStorage { storage in
            let archived = try await storage.archivedPicture()
            let id = archived.texts[4].id
            try await storage.damage("UPDATE archived_messages SET sender_id = randomblob(16) WHERE id = ?", [id.bytes])
            try await Damage(check: .archive, subject: "\(id)").isOnlyReported(in: storage)
            try await storage.damage("UPDATE archived_messages SET sender_id = ?", [storage.owner.bytes])
            #expect(try await storage.fsck().run().status == .clean)
            try await storage.damage("UPDATE archive_state SET generation = 0")
            try await Damage(check: .archive, subject: "archive.sqlite").isOnlyReported(in: storage)
            let details = try await storage.fsck().run()[.archive].examples.map(\.detail)
            #expect(details.count == 1 && details[0].contains("it is older"))
        }
    }

    @Test("A room's number below that of its newest archived message is raised")
    func roomNumber() async throws {
        try await withStorage { storage in
            _ = try await storage.archivedPicture()
            try await storage.damage("DELETE FROM messages; DELETE FROM events; UPDATE rooms SET last_seq = 1")
            try await Damage(check: .roomNumbers, subject: "\(storage.room)").isRepaired(in: storage)
        }
    }

    @Test("I5: Damaged pages of the archive end the check")
    func integrity() async throws {
        try await withStorage { storage in
            _ = try await storage.archivedPicture()
            try await storage.store.close()
            let path = storage.folder + "/archive.sqlite"
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            // The root of the second table.
            try file.seek(toOffset: 3 * 4096)
            try file.write(contentsOf: Data(repeating: 0xA5, count: 512))
            try file.close()
            let run = try await JanitorProcess.run(["fsck", "--json", "--storage", storage.folder])
            #expect(run.status == 3, "\(run)")
            #expect(run.output.contains("archive.sqlite"), "\(run)")
        }
    }

    @Test("Modes of the archive's files are narrowed")
    func modes() async throws {
        try await withStorage { storage in
            _ = try await storage.archivedPicture()
            #expect(mode(of: storage.folder + "/archive.sqlite") == 0o600)
            #expect(chmod(storage.folder + "/archive.sqlite", 0o644) == 0)
            try await Damage(check: .modes, subject: "archive.sqlite").isRepaired(in: storage)
        }
    }
}
