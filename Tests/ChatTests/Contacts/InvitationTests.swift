import TestSupport
import Testing

@testable import Chat

@Suite("Invitations", .timeLimit(.standard))
struct InvitationTests {
    @Test("I7: A stranger who is added is invited, and becomes a member by accepting")
    func asked() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            for kind in [Room.Kind.private, .public] {
                let stranger = try await chat.person("stranger \(kind)")
                let room = try await chat.room(kind, of: ada)
                let added = try await chat.store.rooms.addMember(stranger, to: room, role: .admin, by: ada)
                #expect(added.member == nil)
                #expect(try await chat.store.rooms.members(of: room, for: ada).count == 1)
                #expect(try await chat.store.events.resumeSnapshot(for: stranger).rooms.isEmpty)
                #expect(try await chat.store.people.user(stranger, for: ada).showsPresence == false)
                #expect(try await chat.store.rooms.invitations(to: room, for: ada).map(\.user.id) == [stranger])
                let invitation = try #require(try await chat.store.rooms.invitations(of: stranger).first)
                #expect(invitation.room.id == room && invitation.invitedBy.id == ada && invitation.role == .admin)
                let view = try await chat.store.rooms.accept(room, by: stranger)
                #expect(view.role == .admin)
                #expect(try await chat.store.rooms.invitations(of: stranger).isEmpty)
                #expect(chat.follower.kinds(in: room) == ["member.joined", "member.joined"])
                #expect(try await chat.store.rooms.accept(room, by: stranger).role == .admin)
            }
            #expect(await refusal { try await chat.store.rooms.accept(.random(), by: bob) } == .notFound)
        }
    }

    @Test("I3: Inviting and accepting with a key are done once, and a repeat gives the same answer")
    func keyed() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada)
            let request = { IdempotentRequest(IdempotencyKey(of: $0, route: "route", text: "key"), parts: []) }
            for isReplay in [false, true] {
                let added = try await chat.store.rooms.addMember(
                    bob,
                    to: room,
                    role: .member,
                    by: ada,
                    request: request(ada)
                )
                #expect(added.isReplay == isReplay && added.value.member == nil)
            }
            for isReplay in [false, true] {
                let accepted = try await chat.store.rooms.accept(room, by: bob, request: request(bob))
                #expect(accepted.isReplay == isReplay && accepted.value.role == .member)
            }
            #expect(
                try await chat.store.rooms.addMember(bob, to: room, role: .member, by: ada, request: request(ada))
                    .isReplay
            )
            #expect(chat.follower.kinds(in: room) == ["member.joined", "member.joined"])
        }
    }

    @Test("People who share a room are added without an invitation")
    func acquainted() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let lobby = try await chat.room(.public, of: ada)
            _ = try await chat.store.rooms.addMember(bob, to: lobby, role: .member, by: bob)
            let room = try await chat.room(of: ada)
            #expect(try await chat.store.rooms.addMember(bob, to: room, role: .member, by: ada).member?.role == .member)
        }
    }

    @Test("I7: Two people of an unanswered direct room remain strangers")
    func unanswered() async throws {
        try await withChat { chat in
            let (eve, bob) = (try await chat.person("eve"), try await chat.person("bob"))
            let direct = try await chat.store.rooms.directRoom(of: eve, and: bob).room.id
            try await chat.say("hello", in: direct, by: eve)
            let room = try await chat.room(of: eve)
            #expect(try await chat.store.rooms.addMember(bob, to: room, role: .member, by: eve).member == nil)
        }
    }

    @Test("Invitations can be declined, and withdrawn by owners and admins")
    func ended() async throws {
        try await withChat { chat in
            let people = try await chat.people(4)
            let (store, room) = (chat.store, try await chat.room(of: people[0], with: [people[1]]))
            for invited in people[2...3] {
                _ = try await store.rooms.addMember(invited, to: room, role: .member, by: people[0])
            }
            #expect(await refusal { try await store.rooms.invitations(to: room, for: people[1]) } == .forbidden)
            #expect(
                await refusal { try await store.rooms.removeMember(people[2], from: room, by: people[1]) } == .notFound
            )
            try await store.rooms.declineInvitation(to: room, by: people[2])
            #expect(await refusal { try await store.rooms.declineInvitation(to: room, by: people[2]) } == .notFound)
            #expect(await refusal { try await store.rooms.accept(room, by: people[2]) } == .notFound)
            try await store.rooms.removeMember(people[3], from: room, by: people[0])
            #expect(await refusal { try await store.rooms.accept(room, by: people[3]) } == .notFound)
            #expect(try await store.rooms.invitations(to: room, for: people[0]).isEmpty)
        }
    }

    @Test("I7: An invitation ends when its inviter may no longer invite, and with the room")
    func inviterGone() async throws {
        try await withChat { chat in
            let people = try await chat.people(4)
            let (store, room) = (chat.store, try await chat.room(of: people[0]))
            for admin in people[1...2] { try await chat.add(admin, to: room, role: .admin, by: people[0]) }
            _ = try await store.rooms.addMember(people[3], to: room, role: .member, by: people[1])
            _ = try await store.rooms.setRole(.member, of: people[1], in: room, by: people[0])
            #expect(try await store.rooms.invitations(of: people[3]).isEmpty)
            _ = try await store.rooms.addMember(people[3], to: room, role: .member, by: people[2])
            try await store.rooms.removeMember(people[2], from: room, by: people[0])
            #expect(try await store.rooms.invitations(of: people[3]).isEmpty)
            _ = try await store.rooms.addMember(people[3], to: room, role: .member, by: people[0])
            try await store.rooms.delete(room, by: people[0])
            #expect(try await store.rooms.invitations(of: people[3]).isEmpty)
        }
    }

    @Test("I7: Invitations of a blocked person do not reach the one who blocks, and look normal to the inviter")
    func blocked() async throws {
        try await withChat { chat in
            let (ada, eve) = (try await chat.person("ada"), try await chat.person("eve"))
            _ = try await chat.room(of: ada, with: [eve])
            try await chat.store.people.block(eve, by: ada)
            let room = try await chat.room(of: eve)
            // They share a room, but that is no consent any more.
            #expect(try await chat.store.rooms.addMember(ada, to: room, role: .member, by: eve).member == nil)
            #expect(try await chat.store.rooms.invitations(of: ada).isEmpty)
            #expect(try await chat.store.rooms.invitations(to: room, for: eve).count == 1)
            try await chat.store.people.unblock(eve, by: ada)
            #expect(try await chat.store.rooms.invitations(of: ada).count == 1)
        }
    }

    @Test("I8: Invitations per person and per room are limited")
    func limits() async throws {
        var limits = ChatLimits()
        (limits.invitationsPerPerson, limits.roomMembers) = (2, 3)
        try await withChat(limits: limits) { chat in
            let people = try await chat.people(6)
            var rooms: [Room.ID] = []
            for _ in 0..<3 {
                rooms.append(try await chat.room(of: people[0]))
                _ = try await chat.store.rooms.addMember(people[1], to: rooms.last!, role: .member, by: people[0])
            }
            #expect(try await chat.store.rooms.invitations(of: people[1]).map(\.room.id) == [rooms[2], rooms[1]])
            let invite = { try await chat.store.rooms.addMember($0, to: rooms[2], role: .member, by: people[0]) }
            for person in people[2...3] { _ = try await invite(person) }
            #expect(await refusal { try await invite(people[4]) } == .conflict)
            #expect(await refusal { try await invite(people[3]) } == nil)
        }
    }
}
