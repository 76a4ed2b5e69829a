import TestSupport
import Testing

@testable import Chat

@Suite("Searching people and rooms", .timeLimit(.standard))
struct SearchTests {
    private func person(_ username: String, _ displayName: String, in chat: TestChat) async throws -> User.ID {
        try await chat.store.people.create(username: username, displayName: displayName, passwordHash: "hash").id
    }

    private func found(_ query: String, by viewer: User.ID, in chat: TestChat) async throws -> [String] {
        try await chat.store.people.find(matching: query, for: viewer).items.map(\.user.username)
    }

    @Test("People are found by any word of user name or display name, each once")
    func people() async throws {
        try await withChat { chat in
            let viewer = try await person("zoe", "Zoë", in: chat)
            _ = try await person("anna.maria", "Anna Maria Ärzte", in: chat)
            _ = try await person("ivan", "Иван Петров", in: chat)
            for (query, names) in [
                ("an", ["anna.maria"]), ("MAR", ["anna.maria"]), ("ärz", ["anna.maria"]), ("arz", ["anna.maria"]),
                ("anna ma", ["anna.maria"]), ("петр", ["ivan"]), ("ПЕТ", ["ivan"]), ("zoe", ["zoe"]), ("rzte", []),
                ("%", []), ("_", []), ("anna.maria", ["anna.maria"]),
            ] as [(String, [String])] {
                #expect(try await found(query, by: viewer, in: chat) == names)
            }
            #expect(try await found("", by: viewer, in: chat) == ["anna.maria", "ivan", "zoe"])
        }
    }

    @Test("A new display name is found at once, and the old one no longer")
    func renamed() async throws {
        try await withChat { chat in
            let ada = try await person("ada", "Countess", in: chat)
            var changes = UserChanges()
            changes.displayName = "Lovelace"
            _ = try await chat.store.people.update(ada, changes)
            #expect(try await found("count", by: ada, in: chat) == [])
            #expect(try await found("love", by: ada, in: chat) == ["ada"])
            #expect(try await found("ada", by: ada, in: chat) == ["ada"])
        }
    }

    @Test("Pages follow one another until the end", arguments: ["", "user", "word", "b"])
    func pages(query: String) async throws {
        var limits = ChatLimits()
        limits.peopleFound = 3
        try await withChat(limits: limits) { chat in
            for number in 0..<10 { _ = try await person("user-b\(number)", "Word \(9 - number) word", in: chat) }
            let viewer = try await person("zoe", "Zoe", in: chat)
            var names: [String] = []
            var cursor: SearchCursor?
            repeat {
                let page = try await chat.store.people.find(matching: query, after: cursor, for: viewer)
                #expect(page.items.count == 3 || page.next == nil)
                names += page.items.map(\.user.username)
                cursor = page.next
            } while cursor != nil
            let all = (0..<10).map { "user-b\($0)" } + (query.isEmpty ? ["zoe"] : [])
            #expect(names.count == all.count)
            #expect(Set(names) == Set(all))
        }
    }

    @Test("Public rooms are found by any word of their name, page by page, also after a new name")
    func rooms() async throws {
        var limits = ChatLimits()
        limits.roomsFound = 2
        try await withChat(limits: limits) { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let make = { (kind: Room.Kind, name: String) in
                try await chat.store.rooms.create(kind: kind, name: name, topic: nil, owner: ada).room.id
            }
            let names = { (query: String) in
                var names: [String] = []
                var cursor: SearchCursor?
                repeat {
                    let page = try await chat.store.rooms.joinable(for: bob, matching: query, after: cursor)
                    names += page.items.compactMap(\.name)
                    cursor = page.next
                } while cursor != nil
                return names
            }
            _ = try await make(.private, "Привет, private")
            let rooms = ["Привет мир", "Ärzte", "the snug", "Zebra", "apple"]
            var ids: [Room.ID] = []
            for name in rooms { ids.append(try await make(.public, name)) }
            #expect(try await names("прив") == ["Привет мир"])
            #expect(try await names("МИР") == ["Привет мир"])
            for query in ["arz", "ärz", "ÄRZ"] { #expect(try await names(query) == ["Ärzte"]) }
            #expect(try await names("snug") == ["the snug"])
            #expect(try await names("") == ["apple", "Ärzte", "the snug", "Zebra", "Привет мир"])
            _ = try await chat.store.rooms.update(ids[2], name: "Tavern", topic: nil, by: ada)
            #expect(try await names("snug") == [])
            #expect(try await names("tav") == ["Tavern"])
            _ = try await chat.store.rooms.addMember(bob, to: ids[3], role: .member, by: bob)
            try await chat.store.rooms.delete(ids[4], by: ada)
            #expect(try await names("") == ["Ärzte", "Tavern", "Привет мир"])
        }
    }
}
