import Foundation
import GRDB
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("Deleted accounts", .timeLimit(.standard))
struct DeletingTests {
    private func finish(_ store: Store) async throws {
        while try await store.accounts.eraseNext() {}
        while try await store.messages.backfillSenders() {}
    }

    /// Values of all columns of all tables that contain the text, as `table: value`.
    private func occurrences(of text: String, in chat: TestChat) async throws -> [String] {
        try await chat.store.pool.read { db in
            let tables = try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'")
            return try tables.flatMap { table in
                try Row.fetchAll(db, sql: "SELECT * FROM \"\(table)\"").flatMap { row in
                    row.databaseValues.compactMap { String.fromDatabaseValue($0) }
                        .filter { $0.lowercased().contains(text) }.map { "\(table): \($0)" }
                }
            }
        }
    }

    @Test("Nobody can take the name that a deleted account gets")
    func placeholderName() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            try await chat.store.accounts.delete("ada", withMessages: false)
            let name = try await chat.store.people.user(ada).username
            #expect(name.hasPrefix("deleted:"))
            #expect(throws: Refusal.self) { try User.check(username: name) }
        }
    }

    @Test("I7: Nothing that identifies the person remains, and no row refers to a missing one")
    func traces() async throws {
        try await withChat { chat in
            let ada = try await chat.store.people.create(
                username: "lovelace",
                displayName: "Ada Lovelace",
                passwordHash: "secret of lovelace",
                isAdmin: true
            ).id
            let (bob, eve) = (try await chat.person("bob"), try await chat.person("eve"))
            let room = try await chat.room(.public, of: ada, with: [bob])
            let direct = try await chat.directRoom(of: bob, and: ada)
            let message = try await chat.say("hello", [chat.upload(by: ada)], in: room, by: ada)
            var changes = UserChanges()
            changes.avatar = .attachment(try await chat.picture(by: ada))
            let avatar = try await chat.store.people.update(ada, changes).avatar
            let unused = try await chat.upload(by: ada)
            try await chat.store.people.block(eve, by: ada)
            try await chat.store.people.block(ada, by: eve)
            _ = try await chat.store.rooms.addMember(eve, to: room, role: .member, by: ada)
            _ = try await chat.store.people.createSession(for: ada, from: Network(v4: 7))
            let left = try await chat.room(of: bob, with: [ada])
            try await chat.store.rooms.removeMember(ada, from: left, by: ada)
            while try await chat.store.messages.backfillSenders() {}

            try await chat.store.accounts.delete("lovelace", withMessages: false)
            try await finish(chat.store)
            // The hub reports those who have gone offline a moment later.
            try await chat.store.people.recordLastSeen([(ada, chat.clock.now)])

            #expect(try await occurrences(of: "lovelace", in: chat) == [])
            let user = try await chat.store.people.user(ada)
            #expect(user.lastSeenAt == nil)
            #expect(user.displayName == "Deleted user" && user.isDeleted && !user.isAdmin && user.avatar == nil)
            for table in ["sessions", "known_networks", "uploaded_bytes", "past_memberships", "renames", "erasures"] {
                let rows = try await chat.number("SELECT count(*) FROM \(table) WHERE user_id = ?", [ada])
                #expect(rows == 0, "\(table)")
            }
            for table in ["blocks", "invitations"] {
                #expect(try await chat.number("SELECT count(*) FROM \(table)") == 0, "\(table)")
            }
            let dangling = try chat.store.pool.read { try Row.fetchAll($0, sql: "PRAGMA foreign_key_check") }
            #expect(dangling.isEmpty)
            let released = chat.follower.followed.flatMap(\.releasedAttachments)
            let picture = try #require(avatar?.id)
            #expect(Set(released) == [unused, picture])
            let kept = try await chat.store.messages.message(message.id, in: room, for: bob)
            #expect(kept.body == "hello" && kept.attachments.count == 1)
            #expect(kept.sender == Message.Sender(id: ada, displayName: "Deleted user", avatar: nil))
            #expect(try await chat.store.rooms.members(of: direct, for: bob).count == 2)
        }
    }

    @Test("I7: They cannot sign in, are not found, and cannot be contacted")
    func contact() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(.public, of: bob)
            let direct = try await chat.directRoom(of: bob, and: ada)
            let (_, token) = try await chat.store.people.createSession(for: ada)
            _ = try await chat.store.people.session(of: token)
            let verified = try await chat.store.people.verified(ada)
            try await chat.store.accounts.delete("ada", withMessages: false)
            try await finish(chat.store)

            #expect(await refusal { try await chat.store.people.session(of: token) } == .unauthenticated)
            await #expect(throws: StaleCredentials.self) { try await chat.store.people.createSession(for: verified) }
            #expect(try await chat.store.people.credentials(of: ada) == nil)
            for query in ["", "a", "deleted"] {
                let found = try await chat.store.people.find(matching: query, for: bob).items.map(\.user.id)
                #expect(!found.contains(ada))
            }
            #expect(try await chat.store.messages.page(of: direct, at: .newest, limit: 9, for: bob).messages.count == 2)
            #expect(await refusal { try await chat.say("hello?", in: direct, by: bob) } == .forbidden)
            let add = await refusal { try await chat.store.rooms.addMember(ada, to: room, role: .member, by: bob) }
            #expect(add == .notFound)
            #expect(await refusal { try await chat.store.rooms.directRoom(of: bob, and: ada) } == .notFound)
            #expect(await refusal { try await chat.store.people.block(ada, by: bob) } == .notFound)
        }
    }

    @Test("Nobody gets the name again")
    func name() async throws {
        try await withChat { chat in
            _ = try await chat.person("ada")
            try await chat.store.accounts.delete("ada", withMessages: false)
            #expect(try await chat.store.people.isTaken("ada"))
            #expect(try await !chat.store.people.isTaken("bob"))
            #expect(await refusal { try await chat.person("ada") } == .conflict)
            #expect(await refusal { try await chat.store.accounts.delete("ada", withMessages: false) } == .notFound)
        }
    }

    @Test(
        "Other members receive their new name and their leaving; a room gets a new owner, and an empty one is deleted"
    )
    func rooms() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let shared = try await chat.room(of: ada, with: [bob])
            let own = try await chat.room(.public, of: ada)
            try await chat.say("to myself", in: own, by: ada)
            let before = chat.follower.events.count
            try await chat.store.accounts.delete("ada", withMessages: true)
            try await finish(chat.store)
            let events = chat.follower.events.dropFirst(before)
            #expect(events.filter { $0.roomID == shared }.map(\.kind) == ["member.left", "member.updated"])
            #expect(events.filter { $0.roomID == own }.map(\.kind) == ["member.left", "room.deleted"])
            let notices = chat.follower.followed.flatMap(\.notices)
            #expect(
                notices.contains { notice in
                    guard case .profile(let user, let rooms) = notice else { return false }
                    return user.id == ada && user.displayName == "Deleted user" && rooms.contains(shared)
                }
            )
            #expect(try await chat.store.rooms.members(of: shared, for: bob).map(\.member.role) == [.owner])
        }
    }

    @Test("The direct room of two deleted people is deleted")
    func bothDeleted() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let direct = try await chat.directRoom(of: ada, and: bob)
            try await chat.store.accounts.delete("ada", withMessages: false)
            #expect(try await chat.number("SELECT count(*) FROM rooms WHERE deleted_at IS NULL") == 1)
            try await chat.store.accounts.delete("bob", withMessages: false)
            #expect(chat.follower.kinds(in: direct).last == "room.deleted")
            try await finish(chat.store)
            #expect(try await chat.number("SELECT count(*) FROM members") == 0)
            while try await chat.store.rooms.pruneDeleted(limit: 5) > 0 {}
            #expect(try await chat.number("SELECT count(*) FROM rooms") == 0)
        }
    }

    @Test(
        "I2, I8: Messages are deleted in bounded batches, as events, and continue in another process after each of them"
    )
    func messages() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: bob, with: [ada])
            for number in 0..<250 { try await chat.say("\(number)", in: room, by: number % 10 == 0 ? bob : ada) }
            let file = try await chat.upload(by: ada)
            try await chat.say("with a file", [file], in: room, by: ada)
            try await chat.store.accounts.delete("ada", withMessages: true)
            let position = try chat.store.positionOfLog()
            try await chat.store.close()

            var rounds = 0
            var goesOn = true
            while goesOn {
                let store = try Store(path: chat.path)
                let before = try store.positionOfLog()
                goesOn = try await store.accounts.eraseNext()
                #expect(try store.positionOfLog() - before <= 100)
                rounds += 1
                try await store.close()
            }
            #expect(rounds >= 4)
            let store = try Store(path: chat.path)
            #expect(try store.positionOfLog() - position == 226)
            try await store.pool.read { db in
                let left = try Int.fetchAll(
                    db,
                    sql: """
                        SELECT count(*) FROM messages WHERE deleted_at IS NULL GROUP BY sender_id = ? ORDER BY 1
                        """,
                    arguments: [ada]
                )
                #expect(left == [25])
                let deleted = "SELECT count(*) FROM messages WHERE sender_id = ? AND body <> ''"
                #expect(try Int.fetchOne(db, sql: deleted, arguments: [ada]) == 0)
                let kinds = "SELECT DISTINCT kind FROM events WHERE position > ?"
                #expect(try String.fetchAll(db, sql: kinds, arguments: [position]) == ["message.deleted"])
                let isReleased = "SELECT deleted_at IS NOT NULL FROM attachments WHERE id = ?"
                #expect(try Bool.fetchOne(db, sql: isReleased, arguments: [file]) == true)
            }
            try await store.close()
        }
    }

    @Test("I8: Leaving many rooms takes several transactions, and continues after a crash between them")
    func manyRooms() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            for _ in 0..<120 { _ = try await chat.room(of: bob, with: [ada]) }
            let before = chat.follower.commitCount
            try await chat.store.accounts.delete("ada", withMessages: false)
            #expect(chat.follower.commitCount - before == 3)
            #expect(chat.follower.events.count { $0.kind == "member.left" } == 120)
            // As if it had ended before the last batch.
            let room = try await chat.room(of: bob)
            try await chat.store.pool.write { db in
                try db.execute(
                    sql: "INSERT INTO members (room_id, user_id, role, joined_at) VALUES (?, ?, 'member', 0)",
                    arguments: [room, ada]
                )
                try db.execute(sql: "UPDATE rooms SET member_count = 2 WHERE id = ?", arguments: [room])
            }
            try await finish(chat.store)
            #expect(try await chat.number("SELECT count(*) FROM members WHERE user_id = ?", [ada]) == 0)
            #expect(chat.follower.kinds(in: room).last == "member.left")
        }
    }
}
