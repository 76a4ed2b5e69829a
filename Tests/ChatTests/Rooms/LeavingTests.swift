import TestSupport
import Testing

@testable import Chat

@Suite("Leaving rooms", .timeLimit(.standard))
struct LeavingTests {
    @Test("When the last owner leaves, the longest-standing admin becomes owner")
    func adminInherits() async throws {
        try await withChat { chat in
            let people = try await chat.people(4)
            let room = try await chat.room(of: people[0], with: [people[1]])
            for admin in [people[3], people[2]] {
                chat.clock.advance(by: .seconds(1))
                _ = try await chat.add(admin, to: room, role: .admin, by: people[0])
            }
            try await chat.store.rooms.removeMember(people[0], from: room, by: people[0])
            #expect(try await chat.store.rooms.room(room, for: people[3]).role == .owner)
            #expect(try await chat.store.rooms.room(room, for: people[1]).role == .member)
            #expect(chat.follower.kinds(in: room).suffix(2) == ["member.left", "member.updated"])
        }
    }

    @Test("Without admins the longest-standing member becomes owner")
    func memberInherits() async throws {
        try await withChat { chat in
            let people = try await chat.people(3)
            let room = try await chat.room(of: people[0])
            for member in [people[2], people[1]] {
                chat.clock.advance(by: .seconds(1))
                _ = try await chat.add(member, to: room, role: .member, by: people[0])
            }
            try await chat.store.rooms.removeMember(people[0], from: room, by: people[0])
            #expect(try await chat.store.rooms.room(room, for: people[2]).role == .owner)
            #expect(try await chat.store.rooms.room(room, for: people[1]).role == .member)
        }
    }

    @Test("If there is another owner, nobody is promoted")
    func anotherOwner() async throws {
        try await withChat { chat in
            let people = try await chat.people(3)
            let room = try await chat.room(of: people[0], with: [people[1], people[2]])
            _ = try await chat.store.rooms.setRole(.owner, of: people[2], in: room, by: people[0])
            try await chat.store.rooms.removeMember(people[0], from: room, by: people[0])
            #expect(try await chat.store.rooms.room(room, for: people[1]).role == .member)
            #expect(chat.follower.kinds(in: room).last == "member.left")
        }
    }

    @Test("I5: A room is deleted with its last member, and its files are released")
    func lastOneOut() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let file = try await chat.upload(by: ada)
            try await chat.say("", [file], in: room, by: ada)
            let followed = try await chat.consequences {
                try await chat.store.rooms.removeMember(ada, from: room, by: ada)
            }
            #expect(followed.releasedAttachments == [file])
            #expect(chat.follower.kinds(in: room).suffix(2) == ["member.left", "room.deleted"])
            #expect(await refusal { try await chat.store.rooms.room(room, for: ada) } == .notFound)
            #expect(await refusal { try await chat.store.attachments.attachment(file, for: ada) } == .notFound)
            #expect(try await chat.store.rooms.prunableCount() == 2)
            #expect(try await chat.store.attachments.deleted(limit: 10).map(\.id) == [file])
        }
    }

    @Test("I7: A person who left cannot see the room")
    func left() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada, with: [bob])
            try await chat.store.rooms.removeMember(bob, from: room, by: bob)
            #expect(await refusal { try await chat.store.rooms.room(room, for: bob) } == .notFound)
            #expect(try await chat.store.rooms.list(of: bob).isEmpty)
        }
    }

    @Test("A public room cannot be found or joined after its last member left")
    func lastOneOutOfPublicRoom() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let rooms = chat.store.rooms
            let room = try await chat.room(.public, of: ada)
            try await rooms.removeMember(ada, from: room, by: ada)
            #expect(await refusal { try await rooms.addMember(bob, to: room, role: .member, by: bob) } == .notFound)
            #expect(try await rooms.joinable(for: bob, matching: "").items.isEmpty)
        }
    }
}
