import GRDB
import TestSupport
import Testing
import Vocabulary

@testable import Chat

@Suite("Changes to archived messages", .timeLimit(.standard))
struct ArchivedChangeTests {
    private struct Archived {
        let chat: TestChat
        let ada: User.ID
        let bob: User.ID
        let room: Room.ID
        let said: [Message]

        /// Fetched by its id.
        func message(_ index: Int) async throws -> Message {
            try await chat.store.messages.message(said[index].id, in: room, for: bob)
        }

        /// The body that the archive has, whether or not it counts.
        func copy(_ index: Int) async throws -> String? {
            try await chat.store.pool.read { db in
                try String.fetchOne(
                    db,
                    sql: "SELECT body FROM archived_messages WHERE id = ?",
                    arguments: [said[index].id]
                )
            }
        }
    }

    /// A room of two with 130 messages of Ada's, of which the first 29 are archived. The first has a picture.
    private func withArchive(_ body: (Archived) async throws -> Void) async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada, with: [bob])
            let first = try await chat.say("0", [try await chat.picture(by: ada)], in: room, by: ada)
            let said = [first] + (try await chat.say(129, in: room, by: ada))
            #expect(try await chat.archive() == 29)
            try await body(Archived(chat: chat, ada: ada, bob: bob, room: room, said: said))
        }
    }

    @Test("An archived message is fetched by its id, with its pictures, by members only")
    func fetch() async throws {
        try await withArchive { archived in
            #expect(try await archived.message(0) == archived.said[0])
            #expect(archived.said[0].attachments.count == 1)
            let (store, stranger) = (archived.chat.store, try await archived.chat.person("eve"))
            let other = try await archived.chat.room(of: stranger)
            let id = archived.said[0].id
            #expect(
                await refusal { try await store.messages.message(id, in: archived.room, for: stranger) } == .notFound
            )
            #expect(await refusal { try await store.messages.message(id, in: other, for: stranger) } == .notFound)
        }
    }

    @Test("I1: An edit writes the database only, and the next sweep replaces the old text in the archive")
    func edit() async throws {
        try await withArchive { archived in
            let (store, id) = (archived.chat.store, archived.said[5].id)
            let edited = try await store.messages.edit(id, in: archived.room, body: "new", by: archived.ada)
            #expect(try await archived.message(5) == edited)
            #expect(try await archived.copy(5) == archived.said[5].body)
            // Also when archiving is off: nothing is older than this.
            #expect(try await store.archive(before: Timestamp(milliseconds: .min)) == 1)
            #expect(try await archived.copy(5) == "new")
            #expect(try await archived.message(5) == edited)
            let stored = try await archived.chat.stored
            #expect(stored.recent.count == ArchiveCandidates.kept)
            #expect(stored.archived.count == 29)
        }
    }

    @Test("A deletion releases the pictures, and the next sweep removes the text from the archive")
    func delete() async throws {
        try await withArchive { archived in
            let (store, first) = (archived.chat.store, archived.said[0])
            let consequences = try await archived.chat.consequences {
                try await store.messages.delete(first.id, in: archived.room, by: archived.ada)
            }
            #expect(consequences.releasedAttachments == first.attachments.map(\.id))
            let deleted = try await archived.message(0)
            #expect(deleted.body.isEmpty && deleted.attachments.isEmpty && deleted.deletedAt != nil)
            #expect(try await archived.chat.archive() == 1)
            #expect(try await archived.copy(0)?.isEmpty == true)
            #expect(try await archived.message(0) == deleted)
            try await store.messages.delete(first.id, in: archived.room, by: archived.ada)
            #expect(try await archived.chat.stored.recent.count == ArchiveCandidates.kept)
        }
    }

    @Test("The rules of edits and deletions hold for archived messages")
    func rules() async throws {
        try await withArchive { archived in
            let (messages, id) = (archived.chat.store.messages, archived.said[3].id)
            let edit = { try await messages.edit(id, in: archived.room, body: "x", by: archived.bob) }
            #expect(await refusal(edit) == .forbidden)
            let delete = { try await messages.delete(id, in: archived.room, by: archived.bob) }
            #expect(await refusal(delete) == .forbidden)
            let stored = try await archived.chat.stored
            #expect(stored.recent.count == ArchiveCandidates.kept)
        }
    }

    @Test("A message may reply to an archived one of its room, and to no other")
    func reply() async throws {
        try await withArchive { archived in
            let store = archived.chat.store
            let reply = Draft(body: "late", replyTo: archived.said[2].id)
            let posted = try await store.messages.post(reply, in: archived.room, by: archived.bob).message
            #expect(posted.replyTo == archived.said[2].id)
            let other = try await archived.chat.room(of: archived.bob)
            #expect(await refusal { try await store.messages.post(reply, in: other, by: archived.bob) } == .invalid)
        }
    }

    @Test("Archived messages stay unread, and a message that has returned counts once")
    func unread() async throws {
        try await withArchive { archived in
            let store = archived.chat.store
            let unread = { try await store.rooms.list(of: archived.bob).first?.unreadCount }
            #expect(try await unread() == 130)
            _ = try await store.messages.edit(archived.said[5].id, in: archived.room, body: "new", by: archived.ada)
            #expect(try await unread() == 130)
            try await store.messages.delete(archived.said[6].id, in: archived.room, by: archived.ada)
            #expect(try await unread() == 129)
            try await archived.chat.archive()
            #expect(try await unread() == 129)
        }
    }

    @Test("I2: Missed events about archived messages are replayed")
    func replay() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada, with: [bob])
            let cursor = Cursor(epoch: chat.store.epoch, position: try chat.store.positionOfLog())
            let said = try await chat.say(120, in: room, by: ada)
            _ = try await chat.store.messages.edit(said[1].id, in: room, body: "edited", by: ada)
            let missed = {
                try await chat.store.events.resumeSnapshot(for: bob, after: cursor).missed?.events.compactMap(\.message)
            }
            let before = try await missed()
            try await chat.archive()
            #expect(before?.count == 121)
            #expect(try await missed() == before)
        }
    }

    @Test("I7: A former member does not see an edit of an archived message that happened after they had left")
    func formerMember() async throws {
        try await withArchive { archived in
            let store = archived.chat.store
            let cursor = Cursor(epoch: store.epoch, position: 0)
            try await store.rooms.removeMember(archived.bob, from: archived.room, by: archived.ada)
            #expect(try await store.events.resumeSnapshot(for: archived.bob, after: cursor).missed != nil)
            _ = try await store.messages.edit(archived.said[5].id, in: archived.room, body: "new", by: archived.ada)
            #expect(try await store.events.resumeSnapshot(for: archived.bob, after: cursor).missed == nil)
            try await archived.chat.archive()
            #expect(try await store.events.resumeSnapshot(for: archived.bob, after: cursor).missed == nil)
        }
    }

    @Test("A picture of an archived message that is rendered late reaches the message")
    func lateRendering() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let picture = try await chat.upload(.image, by: ada)
            let message = try await chat.say("", [picture], in: room, by: ada)
            try await chat.say(110, in: room, by: ada)
            try await chat.archive()
            _ = try await chat.store.renderings.finish(picture, variants: [.sample])
            #expect(chat.follower.kinds(in: room).last == "attachment.ready")
            let shown = try await chat.store.messages.message(message.id, in: room, for: ada)
            #expect(shown.attachments.map(\.variants) == [[.sample]])
            try await chat.archive()
            let changed = try await chat.numbers("SELECT changed_seq FROM archived_messages ORDER BY seq LIMIT 1")
            #expect(changed == [Int64(chat.follower.events.last!.seq)])
        }
    }

    @Test("A deleted room leaves nothing in either file, and its archive goes first")
    func deletedRoom() async throws {
        try await withArchive { archived in
            let store = archived.chat.store
            try await store.rooms.delete(archived.room, by: archived.ada)
            #expect(try await store.rooms.prunableCount() == 131)
            var left = [Int]()
            while try await store.rooms.pruneDeleted(limit: 20) > 0 {
                left.append(try await archived.chat.stored.archived.count)
            }
            #expect(left.prefix(2) == [9, 0])
            #expect(try await store.rooms.prunableCount() == 0)
            let stored = try await archived.chat.stored
            #expect(stored.recent.isEmpty && stored.archived.isEmpty)
            #expect(try await archived.chat.number("SELECT count(*) FROM rooms") == 0)
        }
    }

    @Test("A message that returns keeps its client id, unless its sender has used that again")
    func clientID() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            var drafts: [Draft] = []
            var said: [Message] = []
            for number in 0..<2 {
                drafts.append(Draft(body: "\(number)", clientMessageID: .random()))
                said.append(try await chat.store.messages.post(drafts[number], in: room, by: ada).message)
            }
            try await chat.say(110, in: room, by: ada)
            try await chat.archive()
            #expect(try await !chat.store.messages.post(drafts[0], in: room, by: ada).isReplay)
            for message in said {
                _ = try await chat.store.messages.edit(message.id, in: room, body: "edited", by: ada)
            }
            let ids = [nil, drafts[1].clientMessageID]
            for (message, id) in zip(said, ids) {
                let returned = try await chat.store.messages.message(message.id, in: room, for: ada)
                #expect(returned.clientMessageID == id)
            }
        }
    }

    @Test("I8: A change of an archived message takes a fixed number of statements")
    func statements() async throws {
        try await withArchive { archived in
            let (chat, messages, room) = (archived.chat, archived.chat.store.messages, archived.room)
            let edit = try await chat.statements {
                _ = try await messages.edit(archived.said[0].id, in: room, body: "new", by: archived.ada)
            }
            // Two more than for any other: the archive, and the change that has to wait for the return.
            #expect(edit.count == 11, "\(edit)")
            let fetch = try await chat.statements { _ = try await archived.message(7) }
            #expect(fetch.count == 3, "\(fetch)")
        }
    }
}

extension Event {
    fileprivate var message: Message? {
        switch content {
        case .messageCreated(let message), .messageEdited(let message), .messageDeleted(let message): message
        default: nil
        }
    }
}
