import GRDB
import Synchronization
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("Operations on a disk that is nearly full", .timeLimit(.standard))
struct DiskGuardTests {
    /// A disk whose level a test sets.
    private final class FakeDisk: DiskGuard {
        private let state = Mutex<(level: DiskLevel, onRelease: @Sendable () async -> Void)>((.ample, {}))
        private let releases = Atomic(0)

        var level: DiskLevel { state.withLock { $0.level } }
        var releaseCount: Int { releases.load(ordering: .relaxed) }

        func set(_ level: DiskLevel) { state.withLock { $0.level = level } }
        func onRelease(_ body: @escaping @Sendable () async -> Void) { state.withLock { $0.onRelease = body } }

        func releaseReserve() async {
            releases.add(1, ordering: .relaxed)
            await state.withLock { $0.onRelease }()
        }
    }

    private func withGuardedChat(_ body: (TestChat, FakeDisk) async throws -> Void) async throws {
        try await withFolder { folder in
            let (clock, follower, disk) = (TestClock(), RecordingFollower(), FakeDisk())
            let path = folder + "/snug.sqlite"
            let database = try OpenDatabase(path: path, role: .server, synchronous: .normal)
            let store = Store(database, now: { clock.now }, follower: follower, disk: disk)
            try await body(TestChat(store: store, clock: clock, follower: follower, path: path), disk)
        }
    }

    @Test("Without room for uploads, files are refused and text is stored")
    func noUploads() async throws {
        try await withGuardedChat { chat, disk in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            disk.set(.low)
            let file = try await chat.upload(by: ada)
            disk.set(.noUploads)
            #expect(await refusal { try await chat.upload(by: ada) } == .diskNearlyFull)
            try await chat.say("text", in: room, by: ada)
            try await chat.say("a file that was uploaded before", [file], in: room, by: ada)
            #expect(try await chat.number("SELECT count(*) FROM attachments") == 1)
        }
    }

    @Test("Without room for writes, reading, deleting and signing in work, and everything else is refused")
    func noWrites() async throws {
        try await withGuardedChat { chat, disk in
            let (store, people) = (chat.store, try await chat.people(3))
            let (ada, bob) = (people[0], people[1])
            let room = try await chat.room(.public, of: ada, with: [bob])
            let message = try await chat.say("hello", in: room, by: ada)
            let file = try await chat.upload(by: ada)
            try await store.people.block(people[2], by: ada)
            let (session, token) = try await store.people.createSession(for: ada)
            disk.set(.noWrites)

            let refused: [(String, () async throws -> Void)] = [
                ("post", { _ = try await chat.say("more", in: room, by: ada) }),
                ("edit", { _ = try await store.messages.edit(message.id, in: room, body: "x", by: ada) }),
                ("read", { try await store.rooms.markRead(room, upTo: 1, by: Caller(user: bob, session: .random())) }),
                ("room", { _ = try await chat.room(of: ada) }),
                ("rename", { _ = try await store.rooms.update(room, name: "New", topic: nil, by: ada) }),
                ("add", { _ = try await chat.add(people[2], to: room, by: ada) }),
                ("block", { try await store.people.block(bob, by: ada) }),
                ("account", { _ = try await chat.person("new") }),
                ("upload", { _ = try await chat.upload(by: ada) }),
            ]
            for (name, operation) in refused {
                #expect(await refusal { try await operation() } == .diskNearlyFull, "\(name)")
            }

            _ = try await store.rooms.list(of: ada)
            _ = try await store.messages.page(of: room, at: .newest, limit: 10, for: bob)
            chat.clock.advance(by: .seconds(7200))
            #expect(try await store.people.session(of: token).lastUsedAt == chat.clock.now)
            let second = try await store.people.createSession(for: bob)
            try await store.people.deleteSession(second.session.id, of: bob)
            try await store.people.deleteSession(session.id, of: ada)
            try await store.people.unblock(people[2], by: ada)
            try await store.attachments.delete(file, by: ada)
            try await store.messages.delete(message.id, in: room, by: ada)
            try await store.rooms.removeMember(bob, from: room, by: bob)
            try await store.rooms.delete(room, by: ada)
            try await store.people.recordLastSeen([(ada, chat.clock.now)])
            #expect(disk.releaseCount == 0)
        }
    }

    @Test("I1: A deletion that finds the disk full is made with the reserve; a message gets none")
    func reserve() async throws {
        try await withGuardedChat { chat, disk in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            var messages: [Message] = []
            for number in 0..<200 { messages.append(try await chat.say("\(number)", in: room, by: ada)) }
            try await chat.limitPages(toMoreBy: 0)
            disk.onRelease { try? await chat.limitPages(toMoreBy: 1000) }

            var refused: Refusal.Kind?
            while refused == nil {
                refused = await refusal { try await chat.say(String(repeating: "x", count: 2000), in: room, by: ada) }
            }
            #expect(refused == .storageFull)
            #expect(disk.releaseCount == 0)
            // Each deletion adds an event to the log, so one of them needs a page.
            for message in messages { try await chat.store.messages.delete(message.id, in: room, by: ada) }
            #expect(disk.releaseCount == 1)
            #expect(try await chat.number("SELECT count(*) FROM messages WHERE deleted_at IS NOT NULL") == 200)
        }
    }

    @Test("A token stays valid while its use cannot be recorded for want of space")
    func fullDiskTokens() async throws {
        try await withGuardedChat { chat, _ in
            let ada = try await chat.person("ada")
            let (session, token) = try await chat.store.people.createSession(for: ada)
            chat.clock.advance(by: .seconds(7200))
            // A trigger that needs more pages than there may be.
            try await chat.limitPages(toMoreBy: 0)
            try await chat.store.pool.writeWithoutTransaction { db in
                try db.execute(
                    sql: """
                        CREATE TEMP TRIGGER needs_room AFTER UPDATE ON main.sessions
                        BEGIN UPDATE users SET display_name = hex(zeroblob(100000)); END
                        """
                )
            }
            let found = try await chat.store.people.session(of: token)
            #expect(found.id == session.id)
            #expect(found.lastUsedAt == session.lastUsedAt)
        }
    }
}

extension TestChat {
    /// Limits how far the database may grow, beyond which SQLite reports a full disk
    /// (https://www.sqlite.org/pragma.html#pragma_max_page_count).
    fileprivate func limitPages(toMoreBy count: Int) async throws {
        try await store.pool.writeWithoutTransaction { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(pages + count)")
        }
    }
}
