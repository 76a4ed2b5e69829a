import Foundation
import GRDB
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("Accounts of an older database", .timeLimit(.standard))
struct AccountMigrationTests {
    @Test("People keep everything, are neither disabled nor deleted, and can be disabled and deleted")
    func accounts() async throws {
        try await withFolder { folder in
            let path = folder + "/snug.sqlite"
            let (ada, room) = (User.ID.random(), Room.ID.random())
            let old = try DatabaseQueue(path: path)
            try Schema.migrator.migrate(old, upTo: "0013")
            try await old.write { db in
                try db.execute(
                    sql: """
                        INSERT INTO users (id, username, display_name, password_hash, is_admin, created_at, last_seen_at)
                        VALUES (?, 'ada', 'Ada', 'hash', 1, 5, 6)
                        """,
                    arguments: [ada]
                )
                try db.execute(
                    sql: """
                        INSERT INTO rooms (id, kind, name, member_count, last_seq, created_at)
                        VALUES (?, 'private', 'Room', 1, 1, 0)
                        """,
                    arguments: [room]
                )
                try db.execute(
                    sql: "INSERT INTO members (room_id, user_id, role, joined_at) VALUES (?, ?, 'owner', 0)",
                    arguments: [room, ada]
                )
            }
            let before = try old.read { try Row.fetchOne($0, sql: "SELECT * FROM users") }
            try old.close()

            let store = try Store(path: path)
            let after = try store.pool.read { try Row.fetchOne($0, sql: "SELECT * FROM users") }
            for (column, value) in try #require(before) { #expect(after?[column] == value, "\(column)") }
            #expect(after?["disabled_at"] as Int64? == nil && after?["deleted_at"] as Int64? == nil)
            let viewer = try await store.people.create(username: "bob", displayName: "Bob", passwordHash: "hash").id
            #expect(try await store.people.find(matching: "ad", for: viewer).items.map(\.user.id) == [ada])
            #expect(try await store.people.user(ada).isDeleted == false)
            try await store.accounts.disable("ada")
            try await store.accounts.delete("ada", withMessages: true)
            while try await store.accounts.eraseNext() {}
            #expect(try await store.people.user(ada).isDeleted)
            try await store.close()
        }
    }
}
