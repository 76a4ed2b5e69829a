import TestSupport
import Testing

@testable import Chat

@Suite("Members and roles", .timeLimit(.standard))
struct MemberTests {
    @Test("Anybody may join a public room, as a member")
    func join() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(.public, of: ada)
            for role in [Member.Role.admin, .owner] {
                #expect(
                    await refusal { try await chat.store.rooms.addMember(bob, to: room, role: role, by: bob) }
                        == .forbidden
                )
            }
            #expect(try await chat.store.rooms.room(room, for: bob).role == nil)
            #expect(try await chat.store.rooms.addMember(bob, to: room, role: .member, by: bob).member?.role == .member)
            #expect(try await chat.store.rooms.room(room, for: bob).room.memberCount == 2)
        }
    }

    @Test("The receipts of a new member include everything up to their own join")
    func counters() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(.public, of: ada)
            for number in 0..<5 { try await chat.say("\(number)", in: room, by: ada) }
            let member = try #require(
                try await chat.store.rooms.addMember(bob, to: room, role: .member, by: bob).member
            )
            let seq = try await chat.store.rooms.room(room, for: bob).room.lastSeq
            #expect(seq == 7)
            #expect(member.readSeq == seq)
            #expect(member.deliveredSeq == seq)
            #expect(member.joinedAt == chat.clock.now)
        }
    }

    @Test("Joining twice is a conflict, whoever asks")
    func joinTwice() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(.public, of: ada, with: [bob])
            #expect(
                await refusal { try await chat.store.rooms.addMember(bob, to: room, role: .member, by: bob) }
                    == .conflict
            )
            #expect(
                await refusal { try await chat.store.rooms.addMember(bob, to: room, role: .member, by: ada) }
                    == .conflict
            )
            #expect(try await chat.store.rooms.room(room, for: bob).room.memberCount == 2)
        }
    }

    @Test("I7: Nobody can join a private room without an invitation")
    func privateRoom() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(.private, of: ada)
            #expect(
                await refusal { try await chat.store.rooms.addMember(bob, to: room, role: .member, by: bob) }
                    == .notFound
            )
        }
    }

    @Test("I7: Only members see the messages and members of a public room")
    func publicRoom() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let store = chat.store
            let room = try await chat.room(.public, of: ada)
            try await chat.say("Hello", in: room, by: ada)
            let page = { try await store.messages.page(of: room, at: .newest, limit: 10, for: bob).messages }
            #expect(await refusal(page) == .notFound)
            #expect(await refusal { try await store.rooms.members(of: room, for: bob) } == .notFound)
            _ = try await store.rooms.addMember(bob, to: room, role: .member, by: bob)
            #expect(try await page().map(\.body) == ["Hello"])
            #expect(try await Set(store.rooms.members(of: room, for: bob).map(\.user.id)) == [ada, bob])
        }
    }

    @Test("Owners may add anybody, admins only members, and members nobody")
    func add() async throws {
        try await withChat { chat in
            let people = try await chat.people(6)
            let store = chat.store
            let room = try await chat.room(of: people[0], with: [people[1]])
            #expect(try await chat.add(people[2], to: room, role: .admin, by: people[0]).role == .admin)
            #expect(try await chat.add(people[3], to: room, by: people[2]).role == .member)
            #expect(
                await refusal { try await store.rooms.addMember(people[4], to: room, role: .admin, by: people[2]) }
                    == .forbidden
            )
            #expect(
                await refusal { try await store.rooms.addMember(people[4], to: room, role: .member, by: people[1]) }
                    == .forbidden
            )
            #expect(
                await refusal { try await store.rooms.addMember(people[4], to: room, role: .member, by: people[5]) }
                    == .notFound
            )
            #expect(
                await refusal { try await store.rooms.addMember(.random(), to: room, role: .member, by: people[0]) }
                    == .notFound
            )
        }
    }

    @Test("The list has the longest-standing member first")
    func list() async throws {
        try await withChat { chat in
            let people = try await chat.people(3)
            let room = try await chat.room(of: people[2])
            for person in [people[0], people[1]] {
                chat.clock.advance(by: .seconds(1))
                _ = try await chat.add(person, to: room, role: .member, by: people[2])
            }
            #expect(
                try await chat.store.rooms.members(of: room, for: people[0]).map(\.user.id) == [
                    people[2], people[0], people[1],
                ]
            )
        }
    }

    @Test("Only owners may change roles, and the last owner remains one")
    func roles() async throws {
        try await withChat { chat in
            let people = try await chat.people(3)
            let store = chat.store
            let room = try await chat.room(of: people[0], with: [people[1], people[2]])
            #expect(
                await refusal { try await store.rooms.setRole(.admin, of: people[1], in: room, by: people[1]) }
                    == .forbidden
            )
            #expect(
                await refusal { try await store.rooms.setRole(.member, of: people[0], in: room, by: people[0]) }
                    == .conflict
            )
            #expect(try await store.rooms.setRole(.owner, of: people[1], in: room, by: people[0]).role == .owner)
            #expect(try await store.rooms.setRole(.member, of: people[0], in: room, by: people[1]).role == .member)
            #expect(
                await refusal { try await store.rooms.setRole(.admin, of: .random(), in: room, by: people[1]) }
                    == .notFound
            )
            #expect(chat.follower.kinds(in: room).suffix(2) == ["member.updated", "member.updated"])
        }
    }

    @Test("An unchanged role records no event")
    func sameRole() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada, with: [bob])
            let before = chat.follower.events.count
            _ = try await chat.store.rooms.setRole(.member, of: bob, in: room, by: ada)
            #expect(chat.follower.events.count == before)
        }
    }

    @Test("A removed member neither receives nor reads anything more")
    func remove() async throws {
        try await withChat { chat in
            let people = try await chat.people(4)
            let store = chat.store
            let room = try await chat.room(of: people[0], with: [people[1]])
            for admin in [people[2], people[3]] {
                _ = try await chat.add(admin, to: room, role: .admin, by: people[0])
            }
            for (user, actor) in [(people[0], people[2]), (people[3], people[2]), (people[2], people[1])] {
                #expect(await refusal { try await store.rooms.removeMember(user, from: room, by: actor) } == .forbidden)
            }
            try await store.rooms.removeMember(people[1], from: room, by: people[2])
            #expect(await refusal { try await chat.say("still here?", in: room, by: people[1]) } == .notFound)
            #expect(
                await refusal { try await store.messages.page(of: room, at: .newest, limit: 1, for: people[1]) }
                    == .notFound
            )
            #expect(
                await refusal { try await store.rooms.removeMember(people[1], from: room, by: people[0]) } == .notFound
            )
            #expect(try await store.events.resumeSnapshot(for: people[1]).rooms.isEmpty)
            #expect(try await store.rooms.room(room, for: people[0]).room.memberCount == 3)
        }
    }
}
