import Foundation
import GRDB
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("The order of rooms in an older database", .timeLimit(.standard))
struct RoomActivityMigrationTests {
    /// Writes rooms as an older server left them: each with its messages, oldest first.
    private func write(_ rooms: [(id: Room.ID, activeAt: Int64)], messages: [Room.ID], to path: String) async throws {
        let old = try DatabaseQueue(path: path)
        try Schema.migrator.migrate(old, upTo: "0004")
        let ada = User.ID.random()
        try await old.write { db in
            try db.execute(
                sql: "INSERT INTO users VALUES (?, 'ada', 'Ada', 'hash', 0, NULL, 0, NULL)",
                arguments: [ada]
            )
            for (id, activeAt) in rooms {
                try db.execute(
                    sql: """
                        INSERT INTO rooms (id, kind, name, member_count, last_seq, created_at, last_activity_at)
                        VALUES (?, 'private', 'Room', 1, 1, 0, ?)
                        """,
                    arguments: [id, activeAt]
                )
                try db.execute(
                    sql: "INSERT INTO members (room_id, user_id, role, joined_at) VALUES (?, ?, 'owner', 0)",
                    arguments: [id, ada]
                )
                try event("member.joined", in: id, seq: 1, db)
            }
            for (number, room) in messages.enumerated() {
                let seq = number + 2
                try db.execute(
                    sql: """
                        INSERT INTO messages (id, room_id, seq, sender_id, sender_name, body, created_at)
                        VALUES (randomblob(16), ?, ?, ?, 'Ada', 'x', 0)
                        """,
                    arguments: [room, seq, ada]
                )
                try event("message.created", in: room, seq: seq, db)
            }
        }
        try old.close()
    }

    private func event(_ kind: String, in room: Room.ID, seq: Int, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO events (room_id, seq, kind, payload, at) VALUES (?, ?, ?, '{}', 0)",
            arguments: [room, seq, kind]
        )
    }

    private func order(at path: String) async throws -> [Room.ID] {
        let store = try Store(path: path)
        return try await store.pool.read { db in
            try Room.ID.fetchAll(db, sql: "SELECT id FROM rooms ORDER BY activity_position DESC")
        }
    }

    @Test("The order of the log takes precedence over times of a wrong clock")
    func byLog() async throws {
        try await withFolder { folder in
            let path = folder + "/snug.sqlite"
            let (first, second, silent) = (Room.ID.random(), Room.ID.random(), Room.ID.random())
            try await write([(first, 9_000), (second, 10), (silent, 5)], messages: [first, second], to: path)
            #expect(try await order(at: path) == [second, first, silent])
        }
    }

    @Test("If the log has been pruned, the order of the messages is used")
    func byMessages() async throws {
        try await withFolder { folder in
            let path = folder + "/snug.sqlite"
            let (first, second, recent) = (Room.ID.random(), Room.ID.random(), Room.ID.random())
            try await write([(first, 9_000), (second, 10), (recent, 0)], messages: [first, second, recent], to: path)
            let old = try DatabaseQueue(path: path)
            try await old.write { db in
                try db.execute(sql: "DELETE FROM events WHERE room_id <> ?", arguments: [recent])
            }
            try old.close()
            #expect(try await order(at: path) == [recent, second, first])
        }
    }
}
