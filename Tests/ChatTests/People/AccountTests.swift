import TestSupport
import Testing
import Vocabulary

@testable import Chat

@Suite("Accounts", .timeLimit(.standard))
struct AccountTests {
    @Test("A taken name is a conflict")
    func takenName() async throws {
        try await withChat { chat in
            _ = try await chat.person("ada")
            #expect(await refusal { try await chat.person("ada") } == .conflict)
        }
    }

    @Test("Of concurrent registrations of a name, one succeeds")
    func takenNameAtOnce() async throws {
        try await withChat { chat in
            let outcomes = await withTaskGroup { group in
                for _ in 0..<20 {
                    group.addTask {
                        await refusal {
                            try await chat.store.people.register(
                                username: "ada",
                                displayName: "Ada",
                                passwordHash: "hash"
                            )
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == nil }.count == 1)
            #expect(outcomes.filter { $0 == .conflict }.count == 19)
            let users = try await chat.number("SELECT count(*) FROM users")
            #expect(users == 1)
            let sessions = try await chat.number("SELECT count(*) FROM sessions")
            #expect(sessions == 1)
        }
    }

    @Test(
        "User names are 1 to 32 plain characters",
        arguments: [
            "", "Ada", "a b", "ada lovelace", "ada@example", "ä", "ädä", "a/b", "a\u{0}", "a\u{0}b",
            String(repeating: "a", count: 33), ".", "..", "-", "-_-", "._-", "me", "current",
        ]
    )
    func badUsername(name: String) {
        #expect(throws: Refusal.self) { try User.check(username: name) }
    }

    @Test(
        "User names may have letters, digits, dots, dashes and underscores",
        arguments: [
            "a", "a-b_c.d9", "7", "_a", "admin", String(repeating: "a", count: 32),
        ]
    )
    func goodUsername(name: String) throws {
        try User.check(username: name)
    }

    @Test(
        "Names that stand for the server or for everybody are reserved for the operator",
        arguments: [
            "admin", "ad-min", "a.d.m.i.n", "system", "root", "support", "everyone", "here", "channel", "all", "snug",
        ]
    )
    func reserved(name: String) throws {
        try User.check(username: name)
        #expect(throws: Refusal.self) { try User.checkIsNotReserved(username: name) }
        try User.checkIsNotReserved(username: name + "-fan")
    }

    @Test("A user name is stored in lower case and without surrounding white space")
    func typedName() {
        #expect(User.name(typed: " Ann \n") == "ann")
        #expect(User.name(typed: "ann") == "ann")
        #expect(User.name(typed: "  ") == "")
    }

    @Test("A display name is trimmed, and defaults to the user name")
    func displayName() throws {
        #expect(try User.check(displayName: "  Ada L. \n", username: "ada") == "Ada L.")
        #expect(try User.check(displayName: nil, username: "ada") == "ada")
        let deceiving = "Ann\u{200B}\u{202E} \u{7}Admin\u{2066}"
        #expect(try User.check(displayName: deceiving, username: "ada") == "Ann Admin")
        #expect(try User.check(displayName: String(repeating: "é", count: 64), username: "ada").count == 64)
    }

    @Test(
        "An empty, invisible or long display name is rejected",
        arguments: [
            "", " ", "   ", "\u{7}", "\n", "\u{200B}", "\u{202E}", "\u{202E}\u{2066}", "\u{200B}\u{2060}\u{FEFF}",
            "\u{3164}", "\u{2800}", "\u{301}", String(repeating: "x", count: 65), String(repeating: "é", count: 65),
        ]
    )
    func badDisplayName(name: String) {
        #expect(throws: Refusal.self) { try User.check(displayName: name, username: "ada") }
    }

    @Test("People are found by prefixes of their names, in order")
    func search() async throws {
        var limits = ChatLimits()
        limits.peopleFound = 3
        try await withChat(limits: limits) { chat in
            for name in ["adam", "ada", "bob", "ad_", "adb"] { _ = try await chat.person(name) }
            let viewer = try await chat.person("zoe")
            let found = { prefix in
                try await chat.store.people.find(matching: prefix, for: viewer).items.map(\.user.username)
            }
            #expect(try await found("AD") == ["ad_", "ada", "adam"])
            #expect(try await found("ad_") == ["ad_"])
            #expect(try await found("ad%").isEmpty)
            #expect(try await found("bob") == ["bob"])
        }
    }

    @Test("I8: At most 20 people are found, and wildcards have no meaning")
    func searchLimit() async throws {
        try await withChat { chat in
            for number in 0..<22 { _ = try await chat.person("many-\(number)") }
            let ada = try await chat.person("ada")
            let found = { query in
                try await chat.store.people.find(matching: query, for: ada).items.map(\.user.username)
            }
            #expect(try await found("ad") == ["ada"])
            #expect(try await found("many-").count == 20)
            #expect(try await found("%").isEmpty)
            #expect(try await found("a_a").isEmpty)
        }
    }

    @Test("A change affects only the given members")
    func partialUpdate() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            var changes = UserChanges()
            changes.displayName = "Ada"
            #expect(try await chat.store.people.update(ada, changes).displayName == "Ada")
            #expect(try await chat.store.people.credentials(of: ada)?.passwordHash == "hash")
            let session = try await chat.store.people.createSession(for: ada).session.id
            let updated = try await chat.store.people.setPassword(hash: "another", of: ada, by: session)
            #expect(updated.displayName == "Ada")
            #expect(try await chat.store.people.credentials(username: "ada")?.passwordHash == "another")
        }
    }

    @Test("An unknown person has no credentials and is not found")
    func nobody() async throws {
        try await withChat { chat in
            let credentials = try await chat.store.people.credentials(username: "nobody")
            #expect(credentials == nil)
            #expect(try await chat.store.people.credentials(of: .random()) == nil)
            #expect(await refusal { try await chat.store.people.user(.random()) } == .notFound)
            #expect(await refusal { try await chat.store.events.resumeSnapshot(for: .random()) } == .unauthenticated)
        }
    }

    @Test("The last-seen time of a person is stored, and never moves back")
    func lastSeen() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            #expect(try await chat.store.people.user(ada).lastSeenAt == nil)
            let seen = chat.clock.now
            try await chat.store.people.recordLastSeen([(ada, seen)])
            try await chat.store.people.recordLastSeen([(ada, seen - .seconds(60))])
            #expect(try await chat.store.people.user(ada).lastSeenAt == seen)
        }
    }

    @Test("I7: Only people who share a room see each other's presence")
    func presence() async throws {
        try await withChat { chat in
            let people = try await chat.people(3)
            _ = try await chat.room(of: people[0], with: [people[1]])
            let shown = { viewer in try await chat.store.people.user(people[0], for: viewer).showsPresence }
            #expect(try await shown(people[0]))
            #expect(try await shown(people[1]))
            #expect(try await !shown(people[2]))
            let found = try await chat.store.people.find(matching: "person", for: people[1]).items
            #expect(found.map(\.showsPresence) == [true, true, false])
        }
    }
}
