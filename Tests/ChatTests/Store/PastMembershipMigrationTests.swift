import Foundation
import GRDB
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("Past memberships of an older database", .timeLimit(.standard))
struct PastMembershipMigrationTests {
    private let bob = User.ID.random()
    private let kept = Room.ID.random()
    private let pruned = Room.ID.random()

    /// Bob has left two rooms. One has all its events: 1 (Bob joins) and 2 (Bob leaves). Of the other, where he left with
    /// the event at position 4, the log keeps nothing.
    private func write(to path: String) async throws {
        let old = try DatabaseQueue(path: path)
        try Schema.migrator.migrate(old, upTo: "0012")
        try await old.write { db in
            try db.execute(
                sql: """
                    INSERT INTO users (id, username, display_name, password_hash, created_at)
                    VALUES (?, 'bob', 'Bob', 'hash', 0)
                    """,
                arguments: [bob]
            )
            for (room, position) in [(kept, 2), (pruned, 4)] as [(Room.ID, Int64)] {
                try db.execute(
                    sql: "INSERT INTO rooms (id, kind, name, last_seq, created_at) VALUES (?, 'private', 'Room', 2, 0)",
                    arguments: [room]
                )
                for (seq, kind) in [(1, "member.joined"), (2, "member.left")] {
                    let role = seq == 1 ? #","role":"member""# : ""
                    try db.execute(
                        sql: "INSERT INTO events (room_id, seq, kind, payload, at) VALUES (?, ?, ?, ?, 0)",
                        arguments: [room, seq, kind, #"{"user_id":"\#(bob)"\#(role)}"#]
                    )
                }
                try db.execute(
                    sql: """
                        INSERT INTO past_memberships (user_id, left_position, room_id, joined_seq, left_seq)
                        VALUES (?, ?, ?, 1, 2)
                        """,
                    arguments: [bob, position, room]
                )
            }
            try db.execute(sql: "DELETE FROM events WHERE room_id = ?", arguments: [pruned])
        }
        try old.close()
    }

    @Test("I2: A former member resumes as before, whether or not the event of their leaving is still in the log")
    func resume() async throws {
        try await withFolder { folder in
            let path = folder + "/snug.sqlite"
            try await write(to: path)
            let store = try Store(path: path)
            func missed(after position: Int64) async throws -> [String]? {
                let cursor = Cursor(epoch: store.epoch, position: position)
                return try await store.events.resumeSnapshot(for: bob, after: cursor).missed?.events.map(\.kind)
            }
            // Past the end of the pruned membership, nothing is missing.
            #expect(try await missed(after: 4) == [])
            // Before it, the leaving cannot be replayed.
            #expect(try await missed(after: 1) == nil)
            try await store.pool.write { db in
                try db.execute(sql: "DELETE FROM past_memberships WHERE room_id = ?", arguments: [pruned])
            }
            #expect(try await missed(after: 1) == ["member.left"])
            #expect(try await missed(after: 2) == [])
            #expect(try store.positionOfLog() == 4)
            try await store.close()
        }
    }
}
