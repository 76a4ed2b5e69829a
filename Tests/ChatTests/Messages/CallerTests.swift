import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("Callers of message operations", .timeLimit(.standard))
struct CallerTests {
    private func caller(_ user: User.ID, key: String? = nil) -> Caller {
        let request = key.map { IdempotentRequest(IdempotencyKey(of: user, route: "send", text: $0), parts: []) }
        return Caller(user: user, session: .random(), idempotentRequest: request)
    }

    @Test("I8: Messages and edits are limited for each person separately")
    func rate() async throws {
        try await withFolder { folder in
            let database = try OpenDatabase(path: folder + "/snug.sqlite", role: .server, synchronous: .normal)
            let time = ContinuousClock.now
            var rules = PersonRates.Rules()
            rules.messages = [RateRule(count: 2, seconds: 10, burst: 2)]
            let store = Store(database, rates: PersonRates(rules, now: { time }), follower: NoFollower())
            let chat = TestChat(store: store, clock: TestClock(), follower: RecordingFollower(), path: folder)
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada, with: [bob])
            let first = try await store.messages.post(Draft(body: "one"), in: room, by: caller(ada))
            #expect(first.remaining == 1)
            _ = try await store.messages.edit(first.message.id, in: room, body: "1", by: caller(ada))
            let refused = Refusal.rateLimited(retryAfterSeconds: 5)
            await #expect(throws: refused) {
                try await store.messages.post(Draft(body: "three"), in: room, by: caller(ada))
            }
            await #expect(throws: refused) {
                try await store.messages.edit(first.message.id, in: room, body: "2", by: caller(ada))
            }
            try await store.messages.delete(first.message.id, in: room, by: caller(ada))
            #expect(try await store.messages.post(Draft(body: "bob"), in: room, by: caller(bob)).remaining == 1)
        }
    }

    @Test("I3: A repeat of a message with its key returns the first one")
    func repeated() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let messages = chat.store.messages
            let first = try await messages.post(Draft(body: "once"), in: room, by: caller(ada, key: "key"))
            let second = try await messages.post(Draft(body: "once"), in: room, by: caller(ada, key: "key"))
            #expect(!first.isReplay && second.isReplay)
            #expect(first.message == second.message)
            #expect(first.remaining == nil)
        }
    }

    @Test("Sending, editing and deleting messages count as activity, reading does not")
    func activity() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let messages = chat.store.messages
            let before = chat.follower.active.count
            let message = try await messages.post(Draft(body: "one"), in: room, by: caller(ada)).message
            _ = try await messages.edit(message.id, in: room, body: "two", by: caller(ada))
            try await messages.delete(message.id, in: room, by: caller(ada))
            _ = try await messages.page(of: room, at: .newest, limit: 1, for: ada)
            #expect(chat.follower.active.dropFirst(before) == [ada, ada, ada])
        }
    }
}
