import GRDB
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("Folding all names again", .timeLimit(.standard))
struct SearchIndexTests {
    /// More than two batches.
    private static let people = 1100

    /// Opens the database of a folder, and closes it behind `body`.
    private func withStore(in folder: String, _ body: (Store) async throws -> Void) async throws {
        let database = try OpenDatabase(path: folder + "/snug.sqlite", role: .server, synchronous: .normal)
        let store = Store(database, follower: NoFollower())
        try await store.closing { try await body(store) }
    }

    /// Makes the database look as if its names had been folded by an older rule, with people who are not indexed at all.
    private func spoil(_ store: Store) async throws {
        try await store.pool.write { db in
            try db.execute(
                sql: """
                    WITH RECURSIVE numbers(number) AS (
                        SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < ?)
                    INSERT INTO users (id, username, display_name, password_hash, created_at)
                    SELECT randomblob(16), printf('user%04d', number), 'Übung ' || number, 'hash', 0 FROM numbers;
                    """,
                arguments: [Self.people]
            )
            try db.execute(sql: "DELETE FROM room_search")
            try db.execute(sql: "UPDATE user_search SET text = 'old rule' WHERE text = 'ada'")
            try db.execute(sql: "UPDATE meta SET search_rule = search_rule - 1")
        }
    }

    @Test("A database whose names were folded by another rule is brought up to date when it is opened")
    func update() async throws {
        try await withFolder { folder in
            var ada = User.ID.random()
            try await withStore(in: folder) { store in
                ada = try await store.people.create(username: "ada", displayName: "Ada", passwordHash: "hash").id
                for (kind, name) in [(Room.Kind.public, "The Snug"), (.private, "The Cellar"), (.public, "Snug 2")] {
                    _ = try await store.rooms.create(kind: kind, name: name, topic: nil, owner: ada)
                }
                let deleted = try await store.rooms.create(kind: .public, name: "Snug 3", topic: nil, owner: ada)
                try await store.rooms.delete(deleted.room.id, by: ada)
                try await spoil(store)
            }
            try await withStore(in: folder) { store in
                for query in ["user", "ubung"] {
                    let found = try await allPeople(matching: query, in: store, for: ada)
                    #expect(found.count == Self.people && Set(found).count == Self.people)
                }
                #expect(try await allPeople(matching: "ada", in: store, for: ada) == ["ada"])
                #expect(try await allPeople(matching: "old", in: store, for: ada) == [])
                let eve = try await store.people.create(username: "eve", displayName: "Eve", passwordHash: "hash").id
                let rooms = try await store.rooms.joinable(for: eve, matching: "snug").items
                #expect(rooms.map(\.name) == ["The Snug", "Snug 2"])
                #expect(try await store.rooms.joinable(for: eve, matching: "").items.count == 2)
            }
        }
    }

    @Test("A database whose names were folded by the current rule is left alone")
    func current() async throws {
        try await withFolder { folder in
            try await withStore(in: folder) { store in
                _ = try await store.people.create(username: "ada", displayName: "Ada", passwordHash: "hash")
                try await store.pool.write { try $0.execute(sql: "DELETE FROM user_search") }
            }
            try await withStore(in: folder) { store in
                let indexed = try await store.pool.read { db in
                    try Int.fetchOne(db, sql: "SELECT count(*) FROM user_search")
                }
                #expect(indexed == 0)
            }
        }
    }

    private func allPeople(matching query: String, in store: Store, for viewer: User.ID) async throws -> [String] {
        var names: [String] = []
        var cursor: SearchCursor?
        repeat {
            let page = try await store.people.find(matching: query, after: cursor, for: viewer)
            names += page.items.map(\.user.username)
            cursor = page.next
        } while cursor != nil
        return names
    }
}
