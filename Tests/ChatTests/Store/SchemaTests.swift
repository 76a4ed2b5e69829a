import Foundation
import GRDB
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import ChatSQLite

@Suite("The schema", .timeLimit(.standard))
struct SchemaTests {
    @Test("An empty file becomes a database, and opening it again changes nothing")
    func migration() async throws {
        try await withFolder { folder in
            let path = folder + "/snug.sqlite"
            #expect(FileManager.default.createFile(atPath: path, contents: Data()))
            var dumps: [[String]] = []
            for _ in 0..<2 {
                let store = try Store(path: path)
                dumps.append(
                    try await store.pool.read { db in
                        try String.fetchAll(
                            db,
                            sql: "SELECT name || coalesce(sql, '') FROM sqlite_schema ORDER BY name"
                        )
                    }
                )
                #expect(try await store.pool.read { try Schema.migrator.hasCompletedMigrations($0) })
            }
            #expect(dumps[0] == dumps[1])
            #expect(!dumps[0].isEmpty)
        }
    }

    @Test("Migrating the first version records since when members are members")
    func fromFirstVersion() async throws {
        try await withFolder { folder in
            let path = folder + "/snug.sqlite"
            let old = try DatabaseQueue(path: path)
            try Schema.migrator.migrate(old, upTo: "0001")
            let (ada, bob, room) = (User.ID.random(), User.ID.random(), Room.ID.random())
            try await old.write { db in
                for (name, user) in [("ada", ada), ("bob", bob)] {
                    try db.execute(
                        sql: "INSERT INTO users VALUES (?, ?, ?, 'hash', 0, NULL, 0, NULL)",
                        arguments: [user, name, name]
                    )
                }
                try db.execute(
                    sql: """
                        INSERT INTO rooms (id, kind, name, member_count, last_seq, created_at, last_activity_at)
                        VALUES (?, 'private', 'Room', 2, 3, 10, 20)
                        """,
                    arguments: [room]
                )
                for (seq, kind, at) in [(1, "member.joined", 10), (2, "room.updated", 15), (3, "member.joined", 20)] {
                    try db.execute(
                        sql: "INSERT INTO events (room_id, seq, kind, payload, at) VALUES (?, ?, ?, '{}', ?)",
                        arguments: [room, seq, kind, at]
                    )
                }
                for (user, joined) in [(ada, 10), (bob, 20)] {
                    try db.execute(
                        sql: "INSERT INTO members (room_id, user_id, role, joined_at) VALUES (?, ?, 'member', ?)",
                        arguments: [room, user, joined]
                    )
                }
            }
            try old.close()
            let store = try Store(path: path)
            let joined = try await store.pool.read { db in
                try Int.fetchAll(db, sql: "SELECT joined_seq FROM members ORDER BY joined_at")
            }
            #expect(joined == [1, 3])
        }
    }

    @Test("I1: Migrating the third version keeps the queue, and adds up each person's uploads")
    func fromThirdVersion() async throws {
        try await withFolder { folder in
            let path = folder + "/snug.sqlite"
            let old = try DatabaseQueue(path: path)
            try Schema.migrator.migrate(old, upTo: "0003")
            let (ada, waiting) = (User.ID.random(), Attachment.ID.random())
            let now = Timestamp.now
            try await old.write { db in
                try db.execute(
                    sql: "INSERT INTO users VALUES (?, 'ada', 'Ada', 'hash', 0, NULL, 0, NULL)",
                    arguments: [ada]
                )
                let uploads: [(Attachment.ID, String, Timestamp, Timestamp?)] = [
                    (.random(), "ready", now - .seconds(100_000), nil), (waiting, "processing", now, nil),
                    (.random(), "ready", now, now), (.random(), "receiving", now, nil),
                ]
                for (id, state, created, deleted) in uploads {
                    try db.execute(
                        sql: """
                            INSERT INTO attachments (id, owner_id, state, kind, byte_count, sha256, attempts, created_at,
                                deleted_at)
                            VALUES (?, ?, ?, 'image', ?, zeroblob(32), 2, ?, ?)
                            """,
                        arguments: [id, ada, state, state == "receiving" ? 0 : 1000, created, deleted]
                    )
                }
            }
            try old.close()
            let store = try Store(path: path)
            #expect(try await store.renderings.next()?.id == waiting)
            let sums = try await store.pool.read { db in
                [
                    try Int.fetchOne(db, sql: "SELECT byte_count FROM stored_bytes"),
                    try Int.fetchOne(db, sql: "SELECT sum(byte_count) FROM uploaded_bytes"),
                ]
            }
            #expect(sums == [2000, 2000])
        }
    }

    @Test("Migrating the eighth version indexes people and public rooms for searches")
    func fromEighthVersion() async throws {
        try await withFolder { folder in
            let path = folder + "/snug.sqlite"
            let old = try DatabaseQueue(path: path)
            try Schema.migrator.migrate(old, upTo: "0008")
            let ada = User.ID.random()
            try await old.write { db in
                try db.execute(
                    sql: "INSERT INTO users VALUES (?, 'ada', 'Мария Ärzte', 'hash', 0, NULL, 0, NULL)",
                    arguments: [ada]
                )
                for (kind, name) in [("public", "Привет"), ("private", "Private")] {
                    try db.execute(
                        sql: """
                            INSERT INTO rooms (id, kind, name, created_at, last_activity_at) VALUES (?, ?, ?, 0, 0)
                            """,
                        arguments: [Room.ID.random(), kind, name]
                    )
                }
            }
            try old.close()
            // The second opening finds nothing to do.
            for _ in 0..<2 {
                let store = try Store(path: path)
                for query in ["ad", "мар", "arz"] {
                    #expect(try await store.people.find(matching: query, for: ada).items.map(\.user.id) == [ada])
                }
                #expect(try await store.rooms.joinable(for: ada, matching: "прив").items.count == 1)
                #expect(try await store.rooms.joinable(for: ada, matching: "").items.map(\.name) == ["Привет"])
            }
        }
    }

    @Test("Every table is strict")
    func strict() async throws {
        try await withChat { chat in
            let lax = try await chat.store.pool.read { db in
                try String.fetchAll(
                    db,
                    sql: """
                        SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0
                        AND name NOT LIKE 'sqlite_%' AND name <> 'grdb_migrations'
                        """
                )
            }
            #expect(lax.isEmpty)
        }
    }

    private static let newUser = """
        INSERT INTO users (id, username, display_name, password_hash, is_admin, avatar_id, created_at) VALUES
        """

    private static let newRendering = """
        INSERT INTO renderings (attachment_id, owner_id, sha256, state, cost, queue_priority) VALUES
        """

    /// Rows that must not exist; `:user`, `:room` and `:file` stand for ids that do.
    static let badRows = [
        "INSERT INTO meta (id, epoch) VALUES (2, '12345678')",
        "UPDATE meta SET epoch = 'short'",
        "\(newUser) (randomblob(15), 'bob', 'Bob', 'hash', 0, NULL, 0)",
        "\(newUser) (randomblob(16), 'ada', 'Ada', 'hash', 0, NULL, 0)",
        "\(newUser) (randomblob(16), 'bob', 'Bob', 'hash', 2, NULL, 0)",
        "\(newUser) (randomblob(16), 'bob', 'Bob', 'hash', 0, randomblob(16), 0)",
        "\(newUser) (randomblob(16), 'bob', 'Bob', 'hash', 0, NULL, 'today')",
        "INSERT INTO sessions VALUES (randomblob(16), :user, randomblob(31), 0, 0, 0)",
        "INSERT INTO sessions VALUES (randomblob(16), randomblob(16), randomblob(32), 0, 0, 0)",
        "UPDATE rooms SET kind = 'secret'",
        "UPDATE rooms SET name = NULL",
        "UPDATE rooms SET direct_key = randomblob(32)",
        "UPDATE rooms SET kind = 'direct'",
        "UPDATE rooms SET member_count = -1",
        "DELETE FROM rooms",
        "DELETE FROM users",
        "UPDATE members SET role = 'god'",
        "INSERT INTO members VALUES (:room, :user, 'member', 0, 0, 0)",
        "INSERT INTO members VALUES (randomblob(16), :user, 'member', 0, 0, 0)",
        "INSERT INTO members VALUES (:room, randomblob(16), 'member', 0, 0, 0)",
        "UPDATE messages SET seq = 2",
        "UPDATE messages SET id = randomblob(17)",
        "UPDATE messages SET client_message_id = x'00'",
        "UPDATE messages SET room_id = randomblob(16)",
        "UPDATE messages SET sender_id = randomblob(16)",
        "UPDATE attachments SET state = 'lost'",
        "UPDATE attachments SET state = 'processing'",
        "UPDATE attachments SET kind = 'film'",
        "UPDATE attachments SET sha256 = x'00'",
        "UPDATE attachments SET owner_id = randomblob(16)",
        "UPDATE attachments SET placeholder = x'01020304'",
        "UPDATE attachments SET placeholder = randomblob(65)",
        "UPDATE attachments SET animation_width = 1",
        "UPDATE attachments SET animation_width = 1, animation_height = 1",
        "UPDATE attachments SET animation_width = 1, animation_height = 0, animation_byte_count = 1",
        "UPDATE attachments SET removed_metadata = NULL",
        "UPDATE renderings SET state = 'lost'",
        "UPDATE renderings SET state = 'failed'",
        "UPDATE renderings SET state = 'scheduled', failure_code = 'x'",
        "UPDATE renderings SET state = 'scheduled', next_attempt_at = 1",
        "UPDATE renderings SET state = 'running', next_attempt_at = 1",
        "UPDATE renderings SET state = 'running', failure_code = 'x'",
        "UPDATE renderings SET failure_code = 'x'",
        "UPDATE renderings SET next_attempt_at = 1",
        "UPDATE renderings SET content_failed_at = 1",
        "UPDATE renderings SET crash_count = -1",
        "UPDATE renderings SET retry_count = -1",
        "UPDATE renderings SET cost = -1",
        "UPDATE renderings SET sha256 = x'00'",
        "\(newRendering) (randomblob(16), :user, zeroblob(32), 'waiting', 0, 0)",
        "\(newRendering) (:file, :user, zeroblob(31), 'waiting', 0, 0)",
        "INSERT INTO uploaded_bytes VALUES (:user, 0, 0)",
        "INSERT INTO uploaded_bytes VALUES (randomblob(16), 0, 1)",
        "INSERT INTO stored_bytes VALUES (randomblob(16), 1)",
        "INSERT INTO user_search VALUES ('text', 'nobody')",
        "INSERT INTO room_search VALUES ('text', randomblob(16), 1)",
        "INSERT INTO room_search VALUES ('text', :room, 2)",
        "INSERT INTO known_networks VALUES (:user, randomblob(4), 0)",
        "INSERT INTO known_networks VALUES (randomblob(16), randomblob(5), 0)",
        "INSERT INTO variants VALUES (:file, 151, 150, 1, 1, 'jpg', 1)",
        "INSERT INTO variants VALUES (:file, 150, 800, 1, 1, 'jpg', 1)",
        "INSERT INTO variants VALUES (:file, 150, 150, 0, 1, 'jpg', 1)",
        "INSERT INTO variants VALUES (:file, 150, 150, 1, 1, 'png', 1)",
        "INSERT INTO variants VALUES (:file, 150, 150, 1, 1, 'jpg', 0)",
        "INSERT INTO variants VALUES (randomblob(16), 150, 150, 1, 1, 'jpg', 1)",
        "INSERT INTO events (room_id, seq, kind, payload, at) VALUES (:room, 1, 'x', '{}', 0)",
        "UPDATE members SET consent = 'maybe'",
        "INSERT INTO blocks VALUES (:user, :user, 0)",
        "INSERT INTO blocks VALUES (:user, randomblob(16), 0)",
        "INSERT INTO invitations VALUES (1, :user, :room, 'king', :user, 0)",
        "INSERT INTO invitations VALUES (1, :user, randomblob(16), 'member', :user, 0)",
        "INSERT INTO bans VALUES (:room, randomblob(16), :user, 0)",
        "INSERT INTO bans VALUES (randomblob(16), :user, :user, 0)",
        "UPDATE users SET deleted_at = 1",
        "INSERT INTO retired_usernames VALUES (randomblob(31))",
        "INSERT INTO erasures VALUES (randomblob(16), 0, 0, 0)",
        "INSERT INTO erasures VALUES (:user, 0, 2, 0)",
        "INSERT INTO erasures VALUES (:user, 0, 0, -1)",
        "INSERT INTO invitation_codes VALUES (1, randomblob(31), 1, 0, 0, 0)",
        "INSERT INTO invitation_codes VALUES (1, randomblob(32), 0, 0, 0, 0)",
        "INSERT INTO invitation_codes VALUES (1, randomblob(32), 1, 2, 0, 0)",
        "INSERT INTO idempotency_keys VALUES (randomblob(17), 'route', 'key', randomblob(32), :room, 0)",
        "INSERT INTO idempotency_keys VALUES (randomblob(16), 'route', '', randomblob(32), :room, 0)",
        "INSERT INTO idempotency_keys VALUES (randomblob(16), 'route', 'key', randomblob(31), :room, 0)",
        "INSERT INTO idempotency_keys VALUES (randomblob(16), 'route', 'key', randomblob(32), 'room', 0)",
    ]

    @Test("The database itself rejects invalid rows", arguments: badRows)
    func badRow(sql: String) async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let file = try await chat.upload(by: ada)
            try await chat.say("one", [file], in: room, by: ada)
            try await chat.say("two", in: room, by: ada)
            _ = try await chat.upload(.image, by: ada)
            let names: [String: (any DatabaseValueConvertible)?] = ["user": ada, "room": room, "file": file]
            let used = StatementArguments(names.filter { sql.contains(":\($0.key)") })
            await #expect(throws: DatabaseError.self) {
                try await chat.store.pool.write { try $0.execute(sql: sql, arguments: used) }
            }
        }
    }

    @Test("The database itself rejects a second direct room of the same people")
    func directKey() async throws {
        try await withChat { chat in
            let people = try await chat.people(2)
            _ = try await chat.store.rooms.directRoom(of: people[0], and: people[1])
            await #expect {
                try await chat.store.change(about: []) { change in
                    try change.execute(
                        """
                        INSERT INTO rooms (id, kind, direct_key, created_at)
                        SELECT randomblob(16), kind, direct_key, 0 FROM rooms
                        """
                    )
                }
            } throws: { error in
                guard case EngineError.constraint = error else { return false }
                return true
            }
        }
    }
}
