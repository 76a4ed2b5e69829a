import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import Janitor

@Suite("Checking rows", .timeLimit(.standard))
struct RowCheckTests {
    @Test("A rendering without its attachment is removed")
    func rendering() async throws {
        try await withStorage { storage in
            let (_, file) = try await storage.picture()
            try await storage.damage(
                """
                INSERT INTO renderings (attachment_id, owner_id, sha256, state, cost, queue_priority)
                SELECT ?, owner_id, sha256, state, cost, queue_priority FROM renderings WHERE attachment_id = ?
                """,
                [Attachment.ID.random().bytes, file.bytes]
            )
            try await Damage(check: .foreignKeys, subject: "renderings.attachment_id").isRepaired(in: storage)
            #expect(try await storage.store.attachments.attachment(file, for: storage.owner).status == .ready)
        }
    }

    @Test("A message of a missing user is reported and kept")
    func sender() async throws {
        try await withStorage { storage in
            let (message, _) = try await storage.picture()
            let nobody = User.ID.random()
            try await storage.damage("UPDATE messages SET sender_id = ?", [nobody.bytes])
            try await Damage(check: .foreignKeys, subject: "messages.sender_id").isOnlyReported(in: storage)
            let found = try await storage.store.messages.message(message, in: storage.room, for: storage.owner)
            #expect(found.sender.id == nobody)
        }
    }

    @Test(
        "Attachments whose owner, room or message is not there, or that nothing uses, are reported and kept",
        arguments: [
            ("UPDATE attachments SET owner_id = randomblob(16)", "its owner does not exist"),
            ("UPDATE attachments SET message_id = randomblob(16)", "its message does not exist"),
            ("UPDATE attachments SET room_id = randomblob(16)", "its message is in another room"),
            ("UPDATE attachments SET message_id = NULL, room_id = randomblob(16)", "its room does not exist"),
            ("UPDATE messages SET deleted_at = 1, attachment_count = 0", "its message was deleted"),
            (
                "UPDATE attachments SET message_id = NULL, room_id = NULL",
                "it was used, and neither a message nor an avatar has it"
            ),
        ]
    )
    func references(sql: String, detail: String) async throws {
        try await withStorage { storage in
            let (_, file) = try await storage.picture()
            try await storage.damage(sql)
            try await Damage(check: .references, subject: "\(file)").isOnlyReported(in: storage)
            #expect(try await storage.fsck().run()[.references].examples.map(\.detail) == [detail])
            #expect(storage.hasFiles(file))
        }
    }

    @Test("I2: A room's number below that of its newest message is raised, and the next message gets a new one")
    func roomNumber() async throws {
        try await withStorage { storage in
            let (_, _) = try await storage.picture()
            let last = try await storage.store.messages.post(Draft(body: "last"), in: storage.room, by: storage.owner)
            try await storage.damage("UPDATE rooms SET last_seq = 1")
            try await Damage(check: .roomNumbers, subject: "\(storage.room)").isRepaired(in: storage)
            let next = try await storage.store.messages.post(Draft(body: "next"), in: storage.room, by: storage.owner)
            #expect(next.message.seq == last.message.seq + 1)
        }
    }

    @Test("A wrong number of members is corrected", arguments: [0, 7])
    func memberCount(wrong: Int) async throws {
        try await withStorage { storage in
            try await storage.damage("UPDATE rooms SET member_count = ?", [wrong])
            try await Damage(check: .memberCounts, subject: "\(storage.room)").isRepaired(in: storage)
        }
    }

    @Test("A number of attachments that is too low is raised")
    func lowAttachmentCount() async throws {
        try await withStorage { storage in
            let (message, file) = try await storage.picture()
            try await storage.damage("UPDATE messages SET attachment_count = 0")
            try await Damage(check: .attachmentCounts, subject: "\(message)").isRepaired(in: storage)
            let found = try await storage.store.messages.message(message, in: storage.room, for: storage.owner)
            #expect(found.attachments.map(\.id) == [file])
        }
    }

    @Test("A number of attachments that is too high is reported and kept")
    func highAttachmentCount() async throws {
        try await withStorage { storage in
            let (message, _) = try await storage.picture()
            try await storage.damage("UPDATE messages SET attachment_count = 3")
            try await Damage(check: .attachmentCounts, subject: "\(message)").isOnlyReported(in: storage)
        }
    }

    @Test("An avatar that was deleted or is not there is taken from its user", arguments: [true, false])
    func avatar(isDeleted: Bool) async throws {
        try await withStorage { storage in
            let picture = try await storage.upload()
            var changes = UserChanges()
            changes.avatar = .attachment(picture)
            _ = try await storage.store.people.update(storage.owner, changes)
            if isDeleted {
                try await storage.damage("UPDATE attachments SET deleted_at = 1 WHERE id = ?", [picture.bytes])
            } else {
                try await storage.damage("UPDATE users SET avatar_id = randomblob(16)")
                try await storage.damage("UPDATE attachments SET attached_at = NULL")
            }
            try await Damage(check: .avatars, subject: "\(storage.owner)").isRepaired(in: storage)
            #expect(try await storage.store.people.user(storage.owner).avatar == nil)
        }
    }

    @Test(
        "I2: A gap in a room's events makes the log begin after it, and clients from before it load their rooms again"
    )
    func gap() async throws {
        try await withStorage { storage in
            let before = Cursor(epoch: storage.store.epoch, position: try await storage.position())
            for number in 0..<5 {
                _ = try await storage.store.messages.post(Draft(body: "\(number)"), in: storage.room, by: storage.owner)
            }
            let newest = try await storage.position()
            try await storage.damage("DELETE FROM events WHERE position = ?", [newest - 2])
            let subject = "event \(newest - 1)"
            try await Damage(check: .eventOrder, subject: subject).isRepaired(in: storage)
            let old = try await storage.store.events.resumeSnapshot(for: storage.owner, after: before)
            #expect(old.missed == nil)
            let young = Cursor(epoch: storage.store.epoch, position: newest - 1)
            let resumed = try await storage.store.events.resumeSnapshot(for: storage.owner, after: young)
            #expect(resumed.missed?.events.map(\.position) == [newest])
        }
    }

    @Test("I2: Events in another order than their numbers make the log begin after them")
    func order() async throws {
        try await withStorage { storage in
            for number in 0..<4 {
                _ = try await storage.store.messages.post(Draft(body: "\(number)"), in: storage.room, by: storage.owner)
            }
            let newest = try await storage.position()
            for (from, to) in [(newest - 1, 1000), (newest - 2, newest - 1), (1000, newest - 2)] {
                try await storage.damage("UPDATE events SET position = ? WHERE position = ?", [to, from])
            }
            let report = try await storage.fsck().run()
            #expect(report[.eventOrder].found == 1, "\(report)")
            let repair = try await storage.fsck(repairs: true).run()
            #expect(repair.status == .repaired, "\(repair)")
            #expect(try await storage.fsck().run().status == .clean)
        }
    }

    @Test("Events about a message that is not there, and events that cannot be read, are reported")
    func eventReferences() async throws {
        try await withStorage { storage in
            for body in ["a", "b", "c"] {
                _ = try await storage.store.messages.post(Draft(body: body), in: storage.room, by: storage.owner)
            }
            let newest = try await storage.position()
            try await storage.damage("DELETE FROM messages WHERE body = 'a'")
            try await storage.damage("UPDATE events SET kind = 'message.eaten' WHERE position = ?", [newest])
            try await storage.damage("UPDATE events SET payload = '{' WHERE position = ?", [newest - 1])
            let check = Damage(check: .eventReferences, subject: "event \(newest - 2)")
            try await check.isOnlyReported(in: storage, found: 3)
        }
    }

    @Test("Damaged pages of the database end the check, and nothing is repaired")
    func integrity() async throws {
        try await withStorage { storage in
            // Another check would correct the number.
            try await storage.damage(
                """
                PRAGMA ignore_check_constraints = ON;
                UPDATE rooms SET member_count = -5;
                PRAGMA ignore_check_constraints = OFF;
                """
            )
            let run = try await JanitorProcess.run(["fsck", "--repair", "--storage", storage.folder])
            #expect(run.status == 3, "\(run)")
            #expect(
                run.output == """
                    1 problems in the pages of the databases; restore the storage from a backup
                        snug.sqlite: CHECK constraint failed in rooms
                    DAMAGED: 1 of 1 findings remain. The other checks did not run.

                    """
            )
        }
    }
}

extension TestStorage {
    /// Position of the newest event.
    func position() async throws -> Int64 {
        try await store.events.resumeSnapshot(for: owner).position
    }
}
