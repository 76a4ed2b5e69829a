import Foundation
import GRDB
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("Direct rooms in an older database", .timeLimit(.standard))
struct ConsentMigrationTests {
    /// An older database with a direct room of Ada with each of three people: one whom she answered, one who shares
    /// another room with her, and one who said nothing.
    private struct World {
        let ada = User.ID.random()
        let friend = User.ID.random()
        let colleague = User.ID.random()
        let stranger = User.ID.random()
        let answered = Room.ID.random()
        let known = Room.ID.random()
        let silent = Room.ID.random()
        let team = Room.ID.random()

        func write(to path: String) async throws {
            let old = try DatabaseQueue(path: path)
            try Schema.migrator.migrate(old, upTo: "0004")
            try await old.write { db in
                for (number, user) in [ada, friend, colleague, stranger].enumerated() {
                    try db.execute(
                        sql: "INSERT INTO users VALUES (?, ?, 'Name', 'hash', 0, NULL, 0, NULL)",
                        arguments: [user, "person\(number)"]
                    )
                }
                try insert(team, "private", [ada, colleague], db)
                for (room, other) in [(answered, friend), (known, colleague), (silent, stranger)] {
                    try insert(room, "direct", [other, ada], db)
                }
                for (room, sender) in [(answered, friend), (answered, ada), (known, colleague)] {
                    try db.execute(
                        sql: """
                            INSERT INTO messages (id, room_id, seq, sender_id, sender_name, body, created_at)
                            VALUES (randomblob(16), ?, (SELECT count(*) + 3 FROM messages), ?, 'Name', 'x', 0)
                            """,
                        arguments: [room, sender]
                    )
                }
            }
            try old.close()
        }

        private func insert(_ room: Room.ID, _ kind: String, _ people: [User.ID], _ db: Database) throws {
            try db.execute(
                sql: """
                    INSERT INTO rooms (id, kind, name, direct_key, member_count, last_seq, created_at, last_activity_at)
                    VALUES (?1, ?2, iif(?2 = 'direct', NULL, 'Room'), iif(?2 = 'direct', ?1, NULL), 2, 9, 0, 0)
                    """,
                arguments: [room, kind]
            )
            for (number, user) in people.enumerated() {
                try db.execute(
                    sql: """
                        INSERT INTO members (room_id, user_id, role, joined_at, joined_seq) VALUES (?, ?, 'owner', 0, ?)
                        """,
                    arguments: [room, user, number + 1]
                )
            }
        }
    }

    @Test("People who never wrote in another's direct room have not agreed to it; rooms without messages are hidden")
    func consent() async throws {
        try await withFolder { folder in
            let path = folder + "/snug.sqlite"
            let world = World()
            try await world.write(to: path)
            let store = try Store(path: path)
            func consent(_ room: Room.ID, _ user: User.ID) async throws -> Consent? {
                try await store.read { try $0.consent(of: user, in: room) }
            }
            #expect(try await consent(world.answered, world.ada) == .given)
            #expect(try await consent(world.known, world.ada) == .assumed)
            #expect(try await consent(world.silent, world.ada) == .pending)
            #expect(try await consent(world.team, world.ada) == .given)
            for (room, other) in [
                (world.answered, world.friend), (world.known, world.colleague), (world.silent, world.stranger),
            ] {
                #expect(try await consent(room, other) == .given)
            }
            let listed = try await store.rooms.list(of: world.ada).map(\.view.room.id)
            #expect(Set(listed) == [world.answered, world.known, world.team])
        }
    }
}
