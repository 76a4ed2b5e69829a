import TestSupport
import Testing

@testable import Chat

@Suite("The operator's list of accounts", .timeLimit(.standard))
struct AccountListTests {
    @Test("An entry has the state of its account")
    func entry() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            for _ in 0..<2 { _ = try await chat.store.people.createSession(for: ada) }
            chat.clock.advance(by: .seconds(31 * 86_400))
            _ = try await chat.store.people.createSession(for: ada)
            _ = try await chat.upload(by: ada)
            try await chat.store.people.recordLastSeen([(ada, chat.clock.now)])
            try await chat.store.accounts.setAdmin(true, "ada")
            var entry = try #require(try await chat.store.accounts.list().first)
            #expect(entry.id == ada && entry.username == "ada" && entry.isAdmin && entry.disabledAt == nil)
            #expect(entry.sessionCount == 1)
            #expect(entry.storedByteCount == 1000)
            #expect(entry.lastSeenAt == chat.clock.now)
            try await chat.store.accounts.disable("ada")
            try await chat.store.accounts.setAdmin(false, "ada")
            entry = try #require(try await chat.store.accounts.list().first)
            #expect(entry.disabledAt == chat.clock.now && entry.sessionCount == 0 && !entry.isAdmin)
        }
    }

    @Test("I8: Pages continue after the last name, and leave out deleted accounts")
    func pages() async throws {
        try await withChat { chat in
            _ = try await chat.people(5)
            try await chat.store.accounts.delete("person2", withMessages: false)
            let first = try await chat.store.accounts.list(limit: 3)
            #expect(first.map(\.username) == ["person0", "person1", "person3"])
            let second = try await chat.store.accounts.list(after: "person3", limit: 3)
            #expect(second.map(\.username) == ["person4"])
        }
    }
}
