import TestSupport
import Testing
import Vocabulary

@testable import Chat

/// Every statement is a round trip to a database that is not in the same process.
@Suite("Statements about people", .timeLimit(.standard))
struct PeopleStatementTests {
    /// People with avatars, in one room with the first of them.
    private func people(_ count: Int, in chat: TestChat) async throws -> [User.ID] {
        let people = try await chat.people(count)
        _ = try await chat.room(.public, of: people[0], with: Array(people[1...]))
        for person in people {
            var changes = UserChanges()
            changes.avatar = .attachment(try await chat.picture(by: person))
            _ = try await chat.store.people.update(person, changes)
        }
        return people
    }

    @Test("A search for people takes as many statements for 20 hits as for one", arguments: ["", "person"])
    func search(query: String) async throws {
        try await withChat { chat in
            let people = try await people(25, in: chat)
            for blocked in people[3...4] { try await chat.store.people.block(blocked, by: people[0]) }
            let statements = try await chat.statements {
                let page = try await chat.store.people.find(matching: query, for: people[0])
                #expect(page.items.count == 20 && page.next != nil)
                let avatars = page.items.map(\.user.avatar)
                #expect(avatars.allSatisfy { $0?.variants == [.sample] })
                #expect(Set(avatars.map(\.?.ownerID)) == Set(page.items.map(\.user.id)))
                #expect(Set(page.items.filter { !$0.showsPresence }.map(\.user.id)) == Set(people[3...4]))
            }
            #expect(statements.count <= 3, "\(statements)")
            let statementsOfOne = try await chat.statements {
                _ = try await chat.store.people.find(matching: "person24", for: people[0])
            }
            #expect(statements.count == statementsOfOne.count)
        }
    }

    @Test("One person is read in at most three statements, however many rooms the two share")
    func view() async throws {
        try await withChat { chat in
            let people = try await people(2, in: chat)
            for _ in 0..<10 { _ = try await chat.room(of: people[0], with: [people[1]]) }
            let statements = try await chat.statements {
                let view = try await chat.store.people.user(people[1], for: people[0])
                #expect(view.showsPresence && view.user.avatar?.variants == [.sample])
            }
            #expect(statements.count <= 3, "\(statements)")
        }
    }

    @Test("Blocks are listed in at most two statements")
    func blocks() async throws {
        try await withChat { chat in
            let people = try await people(12, in: chat)
            for blocked in people[1...] { try await chat.store.people.block(blocked, by: people[0]) }
            let statements = try await chat.statements {
                let blocks = try await chat.store.people.blocks(of: people[0])
                #expect(blocks.map(\.user.id) == people[1...].sorted())
                #expect(blocks.allSatisfy { $0.user.avatar?.variants == [.sample] })
            }
            #expect(statements.count <= 2, "\(statements)")
        }
    }

    @Test("People are loaded together in at most two statements, each with their own avatar")
    func loading() async throws {
        try await withChat { chat in
            let people = try await people(9, in: chat)
            let plain = try await chat.person("plain")
            let wanted = [people[8], .random(), plain, people[2], people[5]]
            let statements = try await chat.statements {
                let loaded = try await chat.store.read { try $0.users(wanted) }
                #expect(Set(loaded.keys) == [people[8], plain, people[2], people[5]])
                for (id, user) in loaded {
                    let alone = try await chat.store.people.user(id)
                    #expect(user == alone && (user.avatar == nil) == (id == plain))
                }
            }
            // The people on their own take two statements each, but for the one without an avatar.
            #expect(statements.count <= 2 + 3 * 2 + 1, "\(statements)")
            #expect(try await chat.statements { _ = try await chat.store.read { try $0.users([User.ID]()) } }.isEmpty)
        }
    }

    @Test("Signing in takes a bounded number of statements, whatever has to give way to it")
    func signIn() async throws {
        var limits = ChatLimits()
        limits.sessionsPerPerson = 10
        limits.networksPerPerson = 4
        try await withChat(limits: limits) { chat in
            let ada = try await chat.person("ada")
            func signIn(_ number: UInt32) async throws -> [String] {
                let key = IdempotencyKey(of: ada, route: "sessions", text: "key\(number)")
                let verified = try await chat.store.people.verified(ada)
                return try await chat.statements {
                    _ = try await chat.store.people.createSession(
                        for: verified,
                        from: Network(v4: number),
                        request: IdempotentRequest(key, parts: [])
                    )
                }
            }
            let first = try await signIn(0)
            #expect(first.count <= 6, "\(first)")
            for number in 1...10 { #expect(try await signIn(UInt32(number)).count == first.count) }
            #expect(try await chat.store.people.sessions(of: ada).count == 10)
        }
    }

    @Test("When people were last seen is written for a hundred of them at a time")
    func lastSeen() async throws {
        try await withChat { chat in
            let people = try await chat.people(130)
            let seen = chat.clock.now
            // The earlier of two times of the same person does not count, wherever it stands.
            let list = people.map { (user: $0, at: seen) } + [(user: people[7], at: seen - .seconds(5))]
            let statements = try await chat.statements { try await chat.store.people.recordLastSeen(list) }
            #expect(statements.count == 2, "\(statements)")
            let stored = try await chat.store.read { try $0.users(people) }
            #expect(stored.values.allSatisfy { $0.lastSeenAt == seen } && stored.count == people.count)
            try await chat.store.people.recordLastSeen([])
        }
    }

    @Test("A name is indexed in two statements, however many words it has")
    func indexing() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            var counts: [Int] = []
            for name in ["Ada", "Ada Augusta King Countess of Lovelace"] {
                var changes = UserChanges()
                changes.displayName = name
                let statements = try await chat.statements { _ = try await chat.store.people.update(ada, changes) }
                counts.append(statements.filter { $0.contains("user_search") }.count)
            }
            #expect(counts == [2, 2])
        }
    }
}
