import TestSupport
import Testing
import Vocabulary

@testable import Chat

@Suite("Pages over the archive", .timeLimit(.standard))
struct ArchivedPageTests {
    /// A room with everything that a page shows: gaps, edits, deletions, replies, pictures and two people.
    private func fill(_ chat: TestChat, _ random: inout SeededRandom) async throws -> (room: Room.ID, viewer: User.ID) {
        let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
        let room = try await chat.room(.public, of: ada, with: [bob])
        var said: [Message] = []
        for number in 0..<170 {
            let sender = Bool.random(using: &random) ? ada : bob
            let pictures = Int.random(in: 0..<20, using: &random) == 0 ? [try await chat.picture(by: sender)] : []
            let draft = Draft(
                body: "\(number)",
                attachmentIDs: pictures,
                replyTo: Bool.random(using: &random) ? said.randomElement(using: &random)?.id : nil,
                clientMessageID: Bool.random(using: &random) ? .random() : nil
            )
            said.append(try await chat.store.messages.post(draft, in: room, by: sender).message)
            try await change(said.randomElement(using: &random)!, of: room, in: chat, &random)
        }
        return (room, bob)
    }

    /// Sometimes edits or deletes a message.
    private func change(
        _ message: Message,
        of room: Room.ID,
        in chat: TestChat,
        _ random: inout SeededRandom
    ) async throws {
        let sender = message.sender.id
        switch Int.random(in: 0..<8, using: &random) {
        case 0: _ = try? await chat.store.messages.edit(message.id, in: room, body: "edited", by: sender)
        case 1: try await chat.store.messages.delete(message.id, in: room, by: sender)
        default: break
        }
    }

    private func places(upTo last: Int64, _ random: inout SeededRandom) -> [(anchor: PageAnchor, limit: Int)] {
        (0..<120).map { _ in
            let seq = Int64.random(in: -1...last + 3, using: &random)
            let anchors = [PageAnchor.newest, .before(seq), .after(seq), .around(seq)]
            return (anchors.randomElement(using: &random)!, Int.random(in: 1...100, using: &random))
        }
    }

    @Test(
        "I2: Every page is the same after archiving as before, also with changed messages",
        arguments: [1, 2, 3] as [UInt64]
    )
    func same(seed: UInt64) async throws {
        try await withChat { chat in
            var random = SeededRandom(seed: seed)
            let (room, viewer) = try await fill(chat, &random)
            let last = try await chat.numbers("SELECT max(seq) FROM messages")[0]
            let places = places(upTo: last, &random)
            for batch in [1, 7, 200] {
                let before = try await chat.pages(places, of: room, for: viewer)
                let moved = try await chat.archive(batch: batch)
                #expect(moved > 0)
                #expect(try await chat.pages(places, of: room, for: viewer) == before)
                // Changes bring some of them back, beside those that the archive has.
                let old = try await chat.store.messages.page(of: room, at: .after(0), limit: 60, for: viewer).messages
                for message in old { try await change(message, of: room, in: chat, &random) }
            }
            let stored = try await chat.stored
            #expect(stored.recent.count > ArchiveCandidates.kept)
            #expect(stored.archived.count == 170 - ArchiveCandidates.kept)
        }
    }

    @Test("I2: Walking in either direction over the boundary shows every message once")
    func walk() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let said = try await chat.say(140, in: room, by: ada)
            #expect(try await chat.archive() == 140 - ArchiveCandidates.kept)
            // In both: one in the middle of the archive, one at the boundary.
            for index in [20, 140 - ArchiveCandidates.kept - 1] {
                _ = try await chat.store.messages.edit(said[index].id, in: room, body: "edited", by: ada)
            }
            var (backwards, forwards): ([Message.ID], [Message.ID]) = ([], [])
            var (anchor, hasMore) = (PageAnchor.newest, true)
            while hasMore {
                let page = try await chat.store.messages.page(of: room, at: anchor, limit: 6, for: ada)
                backwards = page.messages.map(\.id) + backwards
                (anchor, hasMore) = (.before(page.messages[0].seq), page.hasMoreBefore)
            }
            (anchor, hasMore) = (.after(0), true)
            while hasMore {
                let page = try await chat.store.messages.page(of: room, at: anchor, limit: 6, for: ada)
                forwards += page.messages.map(\.id)
                (anchor, hasMore) = (.after(page.messages.last?.seq ?? .max), page.hasMoreAfter)
            }
            #expect(backwards == said.map(\.id))
            #expect(forwards == said.map(\.id))
        }
    }

    @Test("A page from the archive shows the sender's present name, and says that it must not be cached")
    func names() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            try await chat.say(120, in: room, by: ada)
            try await chat.archive()
            var changes = UserChanges()
            changes.displayName = "Countess"
            _ = try await chat.store.people.update(ada, changes)
            while try await chat.store.messages.backfillSenders() {}
            let old = try await chat.store.messages.page(of: room, at: .after(0), limit: 100, for: ada)
            #expect(Set(old.messages.map(\.sender.displayName)) == ["Countess"])
            #expect(old.isFromArchive)
            let new = try await chat.store.messages.page(of: room, at: .newest, limit: 100, for: ada)
            #expect(new.hasMoreBefore)
            #expect(!new.isFromArchive)
        }
    }

    @Test("I8: A page takes at most five statements over the boundary, and the newest as many as ever")
    func statements() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            var said: [Message] = []
            for number in 0..<150 {
                said.append(try await chat.say("\(number)", [try await chat.picture(by: ada)], in: room, by: ada))
            }
            try await chat.archive()
            let boundary = said[149 - ArchiveCandidates.kept].seq
            let counts: [(PageAnchor, Int)] = [
                (.newest, 3), (.before(boundary + 5), 4), (.before(boundary), 5), (.after(boundary - 20), 4),
                (.after(boundary), 3), (.around(boundary), 4), (.around(boundary - 20), 4),
                (.before(said[149].seq), 3), (.after(said[120].seq), 3), (.around(said[120].seq), 3),
            ]
            for (anchor, expected) in counts {
                let page = { try await chat.store.messages.page(of: room, at: anchor, limit: 20, for: ada) }
                _ = try await page()
                let statements = try await chat.statements { _ = try await page() }
                #expect(statements.count == expected, "\(anchor): \(statements)")
            }
        }
    }
}
