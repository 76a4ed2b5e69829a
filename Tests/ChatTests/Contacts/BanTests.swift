import TestSupport
import Testing

@testable import Chat

@Suite("Bans", .timeLimit(.standard))
struct BanTests {
    @Test("A person who was removed from a public room cannot join it again")
    func removed() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(.public, of: ada, with: [bob])
            let join = { try await chat.store.rooms.addMember(bob, to: room, role: .member, by: bob) }
            try await chat.store.rooms.removeMember(bob, from: room, by: ada)
            #expect(await refusal(join) == .forbidden)
            #expect(try await chat.store.rooms.joinable(for: bob, matching: "").items.isEmpty)
            let bans = try await chat.store.rooms.bans(from: room, limit: 10, for: ada)
            #expect(bans.bans.map(\.user.id) == [bob] && bans.bans[0].bannedBy == ada && !bans.hasMore)
            try await chat.store.rooms.liftBan(of: bob, from: room, by: ada)
            #expect(await refusal(join) == nil)
        }
    }

    @Test("A person who left, or was removed without a ban, can join again")
    func notBanned() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(.public, of: ada, with: [bob])
            try await chat.store.rooms.removeMember(bob, from: room, by: bob)
            _ = try await chat.store.rooms.addMember(bob, to: room, role: .member, by: bob)
            try await chat.store.rooms.removeMember(bob, from: room, by: ada, bans: false)
            _ = try await chat.store.rooms.addMember(bob, to: room, role: .member, by: bob)
            // Nobody joins a private room by themselves, so there is nothing to ban.
            let other = try await chat.room(of: ada, with: [bob])
            try await chat.store.rooms.removeMember(bob, from: other, by: ada)
            #expect(try await chat.number("SELECT count(*) FROM bans") == 0)
        }
    }

    @Test("Adding a person again lifts their ban, at once or by invitation")
    func addedAgain() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(.public, of: ada, with: [bob])
            try await chat.store.rooms.removeMember(bob, from: room, by: ada)
            #expect(try await chat.store.rooms.addMember(bob, to: room, role: .member, by: ada).member == nil)
            #expect(try await chat.store.rooms.bans(from: room, limit: 10, for: ada).bans.isEmpty)
            _ = try await chat.store.rooms.accept(room, by: bob)
        }
    }

    @Test("Owners and admins may ban people of lower roles, and people who are not members")
    func banning() async throws {
        try await withChat { chat in
            let people = try await chat.people(4)
            let (owner, admin, member, eve) = (people[0], people[1], people[2], people[3])
            let store = chat.store
            let room = try await chat.room(.public, of: owner, with: [member])
            try await chat.add(admin, to: room, role: .admin, by: owner)
            try await store.rooms.ban(eve, from: room, by: admin)
            try await store.rooms.ban(eve, from: room, by: owner)
            #expect(
                await refusal { try await store.rooms.addMember(eve, to: room, role: .member, by: eve) } == .forbidden
            )
            try await store.rooms.ban(member, from: room, by: admin)
            #expect(try await store.rooms.members(of: room, for: owner).count == 2)
            let first = try await store.rooms.bans(from: room, limit: 1, for: admin)
            #expect(first.hasMore)
            let last = try await store.rooms.bans(from: room, after: first.bans[0].user.id, limit: 1, for: admin)
            #expect(!last.hasMore && Set((first.bans + last.bans).map(\.user.id)) == [eve, member])
            #expect(await refusal { try await store.rooms.ban(owner, from: room, by: admin) } == .forbidden)
            #expect(await refusal { try await store.rooms.ban(admin, from: room, by: admin) } == .invalid)
            #expect(await refusal { try await store.rooms.ban(.random(), from: room, by: admin) } == .notFound)
            #expect(await refusal { try await store.rooms.ban(admin, from: room, by: eve) } == .notFound)
            #expect(await refusal { try await store.rooms.liftBan(of: owner, from: room, by: admin) } == .notFound)
            let inside = try await chat.room(of: owner)
            #expect(await refusal { try await store.rooms.ban(eve, from: inside, by: owner) } == .conflict)
        }
    }
}
