import Dispatch
import GRDB
import Synchronization
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("Writes that share a commit", .timeLimit(.standard))
struct GroupCommitTests {
    /// Holds the writer until it is told to go on, so that other writes pile up behind it.
    private final class Gate: Sendable {
        private let opened = DispatchSemaphore(value: 0)

        func open() {
            opened.signal()
        }

        /// Blocks the calling thread.
        func wait() {
            opened.wait()
        }
    }

    /// Does something with the events of each commit.
    private struct PublishFollower: ConsequenceFollower {
        let body: @Sendable ([Event]) -> Void

        func publish(_ events: [Event]) { body(events) }
        func follow(_ consequences: Consequences) async {}
        func noteActivity(of user: User.ID) {}
    }

    private func hold(_ chat: TestChat) async -> Gate {
        let gate = Gate()
        await withCheckedContinuation { held in
            // The writer's own thread blocks, so nothing else is kept from running.
            chat.store.pool.asyncWriteWithoutTransaction { _ in
                held.resume()
                gate.wait()
            }
        }
        return gate
    }

    @Test("I1: A refused write leaves no trace and does not affect others in its commit")
    func savepoints() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(.public, of: ada)
            let others = try await chat.upload(by: bob)
            let gate = await hold(chat)
            let outcomes = await withTaskGroup { group in
                for number in 0..<90 {
                    // Every third takes a number and then fails at an attachment that is not its own.
                    let files = number.isMultiple(of: 3) ? [others] : []
                    group.addTask { await refusal { try await chat.say("\(number)", files, in: room, by: ada) } }
                }
                gate.open()
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == nil }.count == 60)
            #expect(outcomes.filter { $0 == .notFound }.count == 30)
            #expect(try await chat.numbers("SELECT seq FROM messages ORDER BY seq") == Array(2...61))
            #expect(try await chat.numbers("SELECT position FROM events ORDER BY position") == Array(1...61))
            #expect(try await chat.number("SELECT last_seq FROM rooms") == 61)
            #expect(chat.follower.events.map(\.position) == Array(1...61))
            #expect(try await chat.number("SELECT count(*) FROM attachments WHERE attached_at IS NOT NULL") == 0)
        }
    }

    @Test("Writes that wait together share few commits")
    func shared() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let before = chat.follower.commitCount
            let gate = await hold(chat)
            try await withThrowingTaskGroup { group in
                for number in 0..<200 { group.addTask { try await chat.say("\(number)", in: room, by: ada) } }
                gate.open()
                try await group.waitForAll()
            }
            #expect(chat.follower.commitCount - before < 100)
        }
    }

    @Test("I2: Events are published when another connection can read them, and before the writer is answered")
    func afterCommit() async throws {
        try await withFolder { folder in
            let path = folder + "/snug.sqlite"
            let seen = Mutex<[Bool]>([])
            let reader = Mutex<DatabaseQueue?>(nil)
            let database = try OpenDatabase(path: path, role: .server, synchronous: .normal)
            let follower = PublishFollower { events in
                let positions = reader.withLock { reader in
                    try? reader?.read { try Int64.fetchAll($0, sql: "SELECT position FROM events") }
                }
                seen.withLock { $0.append(Set(events.map(\.position)).isSubset(of: Set(positions ?? []))) }
            }
            let store = Store(database, follower: follower)
            let queue = try DatabaseQueue(path: path)
            reader.withLock { $0 = queue }
            let ada = try await store.people.create(username: "ada", displayName: "ada", passwordHash: "hash").id
            let room = try await store.rooms.create(kind: .private, name: "Room", topic: nil, owner: ada).room.id
            for number in 0..<10 {
                _ = try await store.messages.post(Draft(body: "\(number)"), in: room, by: ada)
                #expect(seen.withLock { $0.count } == number + 2)
            }
            #expect(seen.withLock { $0.allSatisfy(\.self) })
        }
    }

    @Test("I8: Writes beyond the limit of waiting ones are refused, the others are made")
    func overload() async throws {
        try await withChat { chat in
            let gate = await hold(chat)
            let more = 100
            let outcomes = await withTaskGroup { group in
                for _ in 0..<GroupCommit.maxWaiting + more {
                    group.addTask { await refusal { try await chat.store.people.recordLastSeen([]) } }
                }
                var outcomes: [Refusal.Kind?] = []
                // Only refused ones can end while the writer is held.
                while outcomes.count < more, let outcome = await group.next() { outcomes.append(outcome) }
                #expect(outcomes.allSatisfy { $0 == .overloaded })
                gate.open()
                for await outcome in group { outcomes.append(outcome) }
                return outcomes
            }
            #expect(outcomes.filter { $0 == .overloaded }.count == more)
            #expect(await refusal { try await chat.person("ada") } == nil)
        }
    }

    @Test("I1: Writes are refused while the disk is full, no acknowledged one is lost, and later ones succeed")
    func fullDisk() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            try await chat.store.pool.writeWithoutTransaction { db in
                let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
                try db.execute(sql: "PRAGMA max_page_count = \(pages + 8)")
            }
            let body = String(repeating: "x", count: 2000)
            let outcomes = await withTaskGroup { group in
                for _ in 0..<80 { group.addTask { await refusal { try await chat.say(body, in: room, by: ada) } } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let stored = outcomes.filter { $0 == nil }.count
            #expect(outcomes.filter { $0 == .storageFull }.count == 80 - stored)
            #expect(stored < 80)
            #expect(try await chat.number("SELECT count(*) FROM messages") == stored)
            #expect(chat.follower.events.count == stored + 1)
            try await chat.store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 100000") }
            #expect(try await chat.say("room again", in: room, by: ada).seq == Int64(stored) + 2)
        }
    }
}
