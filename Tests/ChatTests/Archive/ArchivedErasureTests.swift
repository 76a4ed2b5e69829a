import GRDB
import TestSupport
import Testing
import Vocabulary

@testable import Chat

@Suite("Deleted people's archived messages", .timeLimit(.standard))
struct ArchivedErasureTests {
    private struct Archived {
        let chat: TestChat
        let ada: User.ID
        let bob: User.ID
        let room: Room.ID
        let said: [Message]

        /// The whole history, as Bob sees it.
        func history() async throws -> [Message] {
            var (messages, hasMore): ([Message], Bool) = ([], true)
            while hasMore {
                let page = try await chat.store.messages.page(
                    of: room,
                    at: .after(messages.last?.seq ?? 0),
                    limit: 100,
                    for: bob
                )
                messages += page.messages
                hasMore = page.hasMoreAfter
            }
            return messages
        }

        /// Ada's messages in a table that are not empty.
        func left(in table: String) async throws -> Int {
            try await chat.store.pool.read { db in
                try Int.fetchOne(
                    db,
                    sql: "SELECT count(*) FROM \(table) WHERE sender_id = ? AND (body <> '' OR deleted_at IS NULL)",
                    arguments: [ada]
                ) ?? 0
            }
        }

        /// What others see of Ada's messages and of Bob's after hers are gone.
        func checkHistory() async throws {
            let history = try await history()
            #expect(history.map(\.id) == said.map(\.id))
            for (now, before) in zip(history, said) {
                if before.sender.id == bob {
                    #expect(now == before)
                } else {
                    #expect(now.body.isEmpty && now.attachments.isEmpty && now.deletedAt != nil)
                }
            }
        }
    }

    /// A room in which two people write in turn; Ada's first message has a picture.
    private func withMessages(_ count: Int, _ body: (Archived) async throws -> Void) async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: bob, with: [ada])
            var said = [try await chat.say("0", [chat.picture(by: ada)], in: room, by: ada)]
            for number in 1..<count {
                said.append(try await chat.say("\(number)", in: room, by: number % 2 == 0 ? ada : bob))
            }
            try await body(Archived(chat: chat, ada: ada, bob: bob, room: room, said: said))
        }
    }

    @Test("I7: Archived messages are emptied and their pictures released, and the next sweep empties the archive")
    func archived() async throws {
        try await withMessages(600) { archived in
            let store = archived.chat.store
            #expect(try await archived.chat.archive() == 499)
            // One that has returned from the archive, and one that is deleted there.
            _ = try await store.messages.edit(archived.said[2].id, in: archived.room, body: "new", by: archived.ada)
            try await store.messages.delete(archived.said[4].id, in: archived.room, by: archived.ada)
            #expect(try await archived.chat.archive() == 2)
            _ = try await store.messages.edit(archived.said[6].id, in: archived.room, body: "new", by: archived.ada)
            try await store.accounts.delete("ada", withMessages: true)
            while try await store.accounts.eraseNext() {}
            let released = archived.chat.follower.followed.flatMap(\.releasedAttachments)
            #expect(released == archived.said[0].attachments.map(\.id))
            try await archived.checkHistory()
            #expect(try await archived.left(in: "messages") == 0)
            #expect(try await archived.left(in: "archived_messages") > 0)
            try await store.archive(before: Timestamp(milliseconds: .min))
            #expect(try await archived.left(in: "archived_messages") == 0)
            try await archived.checkHistory()
        }
    }

    @Test("I7: No message is missed when the janitor archives between the steps", arguments: [7, 40, 200])
    func concurrent(batch: Int) async throws {
        try await withMessages(700) { archived in
            let store = archived.chat.store
            try await store.accounts.delete("ada", withMessages: true)
            let cutoff = archived.chat.clock.now + .milliseconds(1)
            var last: Int64 = 0
            while try await store.accounts.eraseNext() {
                let plan = try await store.messages.planArchiving(
                    of: archived.room,
                    after: last,
                    before: cutoff,
                    limit: batch
                )
                guard let plan else {
                    last = 0
                    continue
                }
                let generation = try #require(try await store.messages.copyToArchive(plan))
                try await store.messages.removeArchived(plan, generation: generation)
                last = plan.upTo
            }
            try await archived.checkHistory()
            #expect(try await archived.left(in: "messages") == 0)
            try await archived.chat.archive()
            #expect(try await archived.left(in: "archived_messages") == 0)
            try await archived.checkHistory()
        }
    }

    @Test("Without their messages, a deleted person is the neutral sender of the archived ones")
    func kept() async throws {
        try await withMessages(130) { archived in
            try await archived.chat.archive()
            try await archived.chat.store.accounts.delete("ada", withMessages: false)
            while try await archived.chat.store.accounts.eraseNext() {}
            while try await archived.chat.store.messages.backfillSenders() {}
            let history = try await archived.history()
            #expect(history.map(\.body) == archived.said.map(\.body))
            #expect(history[0].attachments == archived.said[0].attachments)
            let hers = history.filter { $0.sender.id == archived.ada }
            #expect(Set(hers.map(\.sender.displayName)) == [User.deletedName])
        }
    }

    @Test("Archived messages of deleted rooms are left to the janitor")
    func deletedRoom() async throws {
        try await withMessages(130) { archived in
            try await archived.chat.archive()
            try await archived.chat.store.rooms.delete(archived.room, by: archived.bob)
            try await archived.chat.store.accounts.delete("ada", withMessages: true)
            while try await archived.chat.store.accounts.eraseNext() {}
            let stored = try await archived.chat.stored
            #expect(stored.recent.count == ArchiveCandidates.kept && stored.archived.count == 29)
            while try await archived.chat.store.rooms.pruneDeleted(limit: 20) > 0 {}
            #expect(try await archived.chat.stored.archived.isEmpty)
        }
    }
}
