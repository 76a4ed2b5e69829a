import TestSupport
import Testing

@testable import Chat

@Suite("Figures of rooms", .timeLimit(.standard))
struct RoomFiguresTests {
    @Test("A page takes one statement, however many rooms, messages and files there are")
    func figures() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let empty = try await chat.room(.public, of: ada)
            let busy = try await chat.room(of: ada, with: [bob])
            let direct = try await chat.store.rooms.directRoom(of: ada, and: bob).room.id
            let deleted = try await chat.room(of: ada)
            try await chat.store.rooms.delete(deleted, by: ada)
            for number in 0..<3 {
                chat.clock.advance(by: .seconds(1))
                try await chat.say("\(number)", [chat.upload(by: ada), chat.upload(by: ada)], in: busy, by: ada)
            }
            let gone = try await chat.say("gone", [chat.upload(by: ada)], in: busy, by: ada)
            try await chat.store.messages.delete(gone.id, in: busy, by: ada)
            let size = AttachmentFacts.sample(.file).byteCount

            let statements = try await chat.statements {
                let page = try await chat.store.rooms.figures(after: nil, limit: 50)
                #expect(!page.hasMore)
                let figures = Dictionary(uniqueKeysWithValues: page.rooms.map { ($0.id, $0) })
                #expect(Set(figures.keys) == [empty, busy, direct])
                #expect(page.rooms.map(\.id) == figures.keys.sorted())
                #expect(figures[busy]?.messageCount == 4)
                #expect(figures[busy]?.attachmentBytes == 6 * size)
                #expect(figures[busy]?.memberCount == 2)
                #expect(figures[busy]?.lastMessageAt == chat.clock.now)
                #expect(figures[empty]?.messageCount == 0)
                #expect(figures[empty]?.attachmentBytes == 0)
                #expect(figures[empty]?.lastMessageAt == nil)
                #expect(figures[direct]?.kind == .direct)
            }
            #expect(statements.count == 1, "\(statements)")
        }
    }

    @Test("I7: Only public rooms have names")
    func names() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            _ = try await chat.room(.public, of: ada)
            _ = try await chat.room(.private, of: ada)
            let page = try await chat.store.rooms.figures(after: nil, limit: 50)
            #expect(page.rooms.map { "\($0.kind) \($0.name ?? "none")" }.sorted() == ["private none", "public Room"])
        }
    }

    @Test("Pages follow each other without gaps or repeats, and the last one says so", arguments: [1, 2, 3, 7, 8])
    func pages(limit: Int) async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            var rooms: [Room.ID] = []
            for _ in 0..<7 { rooms.append(try await chat.room(of: ada)) }
            var found: [Room.ID] = []
            var hasMore = true
            while hasMore {
                let page = try await chat.store.rooms.figures(after: found.last, limit: limit)
                #expect(page.rooms.count <= limit && !page.rooms.isEmpty)
                found += page.rooms.map(\.id)
                hasMore = page.hasMore
            }
            #expect(found == rooms.sorted())
        }
    }
}
