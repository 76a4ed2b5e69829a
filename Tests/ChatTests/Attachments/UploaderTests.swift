import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("Callers of operations on attachments", .timeLimit(.standard))
struct UploaderTests {
    private struct TooLarge: Error {}

    private func caller(_ user: User.ID) -> Caller {
        Caller(user: user, session: .random())
    }

    private func withRate(count: Int, _ body: (TestChat) async throws -> Void) async throws {
        try await withFolder { folder in
            let path = folder + "/snug.sqlite"
            let database = try OpenDatabase(path: path, role: .server, synchronous: .normal)
            let time = ContinuousClock.now
            var rules = PersonRates.Rules()
            rules.uploads = [RateRule(count: count, seconds: 10, burst: count)]
            let (clock, follower) = (TestClock(), RecordingFollower())
            let store = Store(
                database,
                now: { clock.now },
                rates: PersonRates(rules, now: { time }),
                follower: follower
            )
            try await body(TestChat(store: store, clock: clock, follower: follower, path: path))
        }
    }

    @Test("I8: uploads and requested retries share one limit per person")
    func rate() async throws {
        try await withRate(count: 2) { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let picture = try await chat.upload(.image, by: ada)
            _ = try await chat.store.renderings.recordFailure(picture, .sample(.picture))
            #expect(try await chat.store.renderings.retry(picture, by: caller(ada)).remaining == 0)
            let refused = Refusal.rateLimited(retryAfterSeconds: 5)
            await #expect(throws: refused) { try await chat.store.renderings.retry(picture, by: caller(ada)) }
            await #expect(throws: refused) {
                try await chat.store.attachments.begin(.random(), by: caller(ada)) { 1 }
            }
            #expect(try await chat.store.attachments.begin(.random(), by: caller(bob)) { 1 } == 1)
            try await chat.store.attachments.delete(picture, by: caller(ada))
        }
    }

    @Test("I8: an upload that is refused for its size is counted, and has no row")
    func refusedSize() async throws {
        try await withRate(count: 1) { chat in
            let ada = try await chat.person("ada")
            await #expect(throws: TooLarge.self) {
                try await chat.store.attachments.begin(.random(), by: caller(ada)) { throw TooLarge() }
            }
            #expect(await refusal { try await chat.store.attachments.begin(.random(), by: ada) } == .rateLimited)
            #expect(try await chat.number("SELECT count(*) FROM attachments") == 0)
        }
    }

    @Test("Uploading, retrying and deleting count as activity, reading does not")
    func activity() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let before = chat.follower.active.count
            let picture = try await chat.upload(.image, by: ada)
            _ = try await chat.store.renderings.recordFailure(picture, .sample(.picture))
            _ = try await chat.store.renderings.retry(picture, by: ada)
            _ = try await chat.store.attachments.attachment(picture, for: ada)
            try await chat.store.attachments.delete(picture, by: ada)
            #expect(chat.follower.active.dropFirst(before) == [ada, ada, ada])
        }
    }

    @Test("Nobody can complete an upload that somebody else began")
    func othersUpload() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let id = Attachment.ID.random()
            try await chat.store.attachments.begin(id, by: ada)
            let refused = await refusal {
                try await chat.store.attachments.complete(id, filename: "f", facts: .sample(.file), by: bob)
            }
            #expect(refused == .gone)
        }
    }
}
