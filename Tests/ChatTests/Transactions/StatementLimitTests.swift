import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("Statements that take too long", .timeLimit(.standard))
struct StatementLimitTests {
    /// Runs for minutes unless it is interrupted.
    private static let endless = """
        WITH RECURSIVE numbers (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM numbers WHERE value < 10000000000)
        SELECT count(*) FROM numbers
        """

    private func withLimitedChat(_ limit: Duration = .zero, _ body: (TestChat) async throws -> Void) async throws {
        try await withFolder { folder in
            let (clock, follower, path) = (TestClock(), RecordingFollower(), folder + "/snug.sqlite")
            let database = try OpenDatabase(path: path, role: .server, synchronous: .normal, statementLimit: limit)
            let store = Store(database, now: { clock.now }, follower: follower)
            try await body(TestChat(store: store, clock: clock, follower: follower, path: path))
        }
    }

    @Test("I8: A read is interrupted, its error names operation and statement, and the next read succeeds")
    func read() async throws {
        try await withLimitedChat { chat in
            for _ in 0..<3 {
                let reason = await reasonOfInterruption { _ = try await chat.store.read(Self.countEndlessly) }
                #expect(reason?.contains("StatementLimitTests.swift read()") == true)
                #expect(reason?.contains("numbers") == true)
                let answer = try await chat.store.read { try $0.value(Int.self, "SELECT 42") }
                #expect(answer == 42)
            }
        }
    }

    /// The reason of the refusal for the log; nil if the operation was not interrupted.
    private func reasonOfInterruption(_ operation: () async throws -> Void) async -> String? {
        do {
            try await operation()
            return nil
        } catch Refusal.tookTooLong(let reason) {
            return reason
        } catch {
            Issue.record(error)
            return nil
        }
    }

    @Sendable private static func countEndlessly(_ db: Snapshot) throws -> Int? {
        try db.value(Int.self, endless)
    }

    @Test("I8: A write is interrupted and leaves nothing behind; writes of the same commit are made")
    func write() async throws {
        try await withLimitedChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let outcomes = try await withThrowingTaskGroup(of: Refusal.Kind?.self) { group in
                for number in 0..<30 {
                    group.addTask {
                        if number.isMultiple(of: 10) {
                            return await refusal {
                                try await chat.store.change(about: []) { transaction in
                                    try transaction.execute("UPDATE rooms SET topic = 'lost'")
                                    try transaction.execute("UPDATE rooms SET topic = (\(Self.endless))")
                                }
                            }
                        }
                        return await refusal { try await chat.say("\(number)", in: room, by: ada) }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == nil }.count == 27)
            #expect(outcomes.filter { $0 == .tookTooLong }.count == 3)
            #expect(try await chat.number("SELECT count(*) FROM messages") == 27)
            #expect(try await chat.number("SELECT count(*) FROM rooms WHERE topic IS NOT NULL") == 0)
            #expect(chat.follower.events.map(\.position) == Array(1...Int64(chat.follower.events.count)))
        }
    }

    @Test("Short statements are never interrupted, however many there are")
    func short() async throws {
        try await withLimitedChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            for number in 0..<300 { try await chat.say("\(number)", in: room, by: ada) }
            let page = try await chat.store.messages.page(of: room, at: .newest, limit: 100, for: ada)
            #expect(page.messages.count == 100)
        }
    }

    @Test("A sweep and a migration have no limit")
    func guests() async throws {
        try await withFolder { folder in
            let path = folder + "/snug.sqlite"
            // Its migrations and the search index are made with a limit that would interrupt them.
            try await Store(
                OpenDatabase(path: path, role: .server, synchronous: .normal, statementLimit: .zero),
                follower: NoFollower()
            ).close()
            let guest = try OpenDatabase(path: path, role: .guest, statementLimit: .zero)
            #expect(guest.statementLimit == nil)
            let store = Store(guest, follower: NoFollower())
            let count = """
                WITH RECURSIVE numbers (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM numbers WHERE value < 100000)
                SELECT count(*) FROM numbers
                """
            let counted = try await store.read { try $0.value(Int.self, count) }
            #expect(counted == 100_000)
            try await store.close()
        }
    }
}
