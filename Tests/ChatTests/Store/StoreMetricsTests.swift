import Dispatch
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("What the store counts", .timeLimit(.standard))
struct StoreMetricsTests {
    @Test(
        "An operation is named after its file and its function",
        arguments: [
            ("Chat/Messages/Messages.swift", "post(_:in:by:)", "messages.post"),
            ("Chat/People/People+sessions.swift", "session(token:)", "people.session"),
            ("Chat/Store.swift", "ping", "store.ping"),
        ]
    )
    func names(file: String, function: String, name: String) {
        #expect(OperationTimes.name(file, function) == name)
    }

    @Test("Each operation is counted under its name, refused ones included")
    func operations() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(.public, of: ada)
            func count(_ name: String) -> Int {
                chat.store.metrics.operations.all.first { $0.name == name }?.time.count ?? 0
            }
            for _ in 0..<3 { _ = try await chat.say("words", in: room, by: ada) }
            #expect(count("messages.post") == 3)
            let stranger = try await chat.person("bob")
            _ = await refusal { try await chat.say("words", in: .random(), by: stranger) }
            #expect(count("messages.post") == 4)
            let times = chat.store.metrics.operations.all
            #expect(times.map(\.name) == times.map(\.name).sorted())
            #expect(times.allSatisfy { $0.time.sum > 0 })
        }
    }

    @Test("Messages are counted when they are committed, and not their edits")
    func messages() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(.public, of: ada)
            let message = try await chat.say("words", in: room, by: ada)
            _ = try await chat.store.messages.edit(message.id, in: room, body: "other words", by: ada)
            _ = await refusal { try await chat.say("words", in: .random(), by: ada) }
            #expect(chat.store.metrics.messagesPosted.value == 1)
        }
    }

    @Test("Writes that wait together are one group; each transaction is counted once")
    func groups() async throws {
        try await withFolder { folder in
            let database = try OpenDatabase(path: folder + "/snug.sqlite", role: .server, synchronous: .normal)
            let store = Store(database, follower: NoFollower())
            let held = DispatchSemaphore(value: 0)
            await withCheckedContinuation { continuation in
                database.pool.asyncWriteWithoutTransaction { _ in
                    continuation.resume()
                    held.wait()
                }
            }
            try await withThrowingTaskGroup { group in
                for number in 0..<10 {
                    group.addTask {
                        _ = try await store.people.create(
                            username: "person\(number)",
                            displayName: "Person",
                            passwordHash: "hash"
                        )
                    }
                }
                held.signal()
                try await group.waitForAll()
            }
            let sizes = database.metrics.groupSize.reading
            #expect(sizes.sum == 10)
            #expect(database.metrics.time.reading.count == sizes.count)
            try await store.close()
        }
    }

    @Test("Caches count hits and misses")
    func caches() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(.public, of: ada)
            let (hits, misses) = (chat.store.metrics.memberships.hits, chat.store.metrics.memberships.misses)
            let before = (hits: hits.value, misses: misses.value)
            for _ in 0..<3 { try await chat.store.rooms.checkMember(ada, of: room) }
            #expect(misses.value - before.misses == 1)
            #expect(hits.value - before.hits == 2)
        }
    }

    @Test("The walk over variants adds up every size once, whatever its steps", arguments: [1, 2, 3, 100])
    func sizes(limit: Int) async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            for byteCount in [100, 20, 3] {
                let id = try await chat.upload(by: ada)
                try await chat.store.pool.write { db in
                    for (size, bytes) in [(150, byteCount), (800, 2 * byteCount)] {
                        try db.execute(
                            sql: """
                                INSERT INTO variants (attachment_id, size, file_size, width, height, format, byte_count)
                                VALUES (?, ?, ?, 1, 1, 'jpg', ?)
                                """,
                            arguments: [id.uuid.data, size, size, bytes]
                        )
                    }
                }
            }
            let attachments = chat.store.attachments
            var (total, last, steps): (Int64, Attachment.ID?, Int) = (0, nil, 0)
            repeat {
                let step = try await attachments.variantBytes(after: last, limit: limit)
                total += step.byteCount
                last = step.last
                steps += 1
            } while last != nil
            #expect(total == 369)
            #expect(steps == 3 / limit + 1)
            let stored = try await chat.store.pool.read {
                try Int64.fetchOne($0, sql: "SELECT sum(byte_count) FROM attachments")
            }
            #expect(try await attachments.originalBytes() == stored)
        }
    }

    @Test("The position of the log is that of the newest event")
    func position() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(.public, of: ada)
            let before = try await chat.store.logPosition()
            _ = try await chat.say("words", in: room, by: ada)
            #expect(try await chat.store.logPosition() == before + 1)
        }
    }
}

extension UUID {
    fileprivate var data: Data { withUnsafeBytes(of: uuid) { Data($0) } }
}
