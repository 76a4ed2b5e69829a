import TestSupport
import Testing

@testable import Chat

@Suite("Deleting rooms", .timeLimit(.standard))
struct RoomDeletionTests {
    @Test("Only owners may delete a room")
    func who() async throws {
        try await withChat { chat in
            let people = try await chat.people(3)
            let room = try await chat.room(of: people[0], with: [people[1]])
            _ = try await chat.add(people[2], to: room, role: .admin, by: people[0])
            for person in people[1...] {
                #expect(await refusal { try await chat.store.rooms.delete(room, by: person) } == .forbidden)
            }
            #expect(await refusal { try await chat.store.rooms.delete(room, by: .random()) } == .notFound)
            #expect(await refusal { try await chat.store.rooms.delete(room, by: people[0]) } == nil)
        }
    }

    @Test("I7: Nothing in a deleted room is accessible, and its files are released")
    func outOfReach() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(.public, of: ada, with: [bob])
            let files = [try await chat.upload(by: ada), try await chat.upload(by: bob)]
            let message = try await chat.say("", [files[0]], in: room, by: ada)
            try await chat.say("", [files[1]], in: room, by: bob)
            let followed = try await chat.consequences { try await chat.store.rooms.delete(room, by: ada) }
            #expect(Set(followed.releasedAttachments) == Set(files))
            let store = chat.store
            #expect(await refusal { try await store.rooms.room(room, for: ada) } == .notFound)
            #expect(await refusal { try await store.messages.message(message.id, in: room, for: ada) } == .notFound)
            #expect(
                await refusal { try await store.rooms.addMember(bob, to: room, role: .member, by: bob) } == .notFound
            )
            #expect(await refusal { try await chat.say("late", in: room, by: bob) } == .notFound)
            for file in files {
                #expect(await refusal { try await store.attachments.attachment(file, for: ada) } == .notFound)
            }
            #expect(try await store.rooms.list(of: ada).isEmpty)
            #expect(try await store.rooms.joinable(for: bob, matching: "").items.isEmpty)
            #expect(chat.follower.kinds(in: room).last == "room.deleted")
        }
    }

    @Test("A deleted room is removed in batches, oldest first, and other rooms are not affected")
    func prune() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let (kept, gone) = (try await chat.room(of: ada), try await chat.room(of: ada))
            for room in [kept, gone] {
                for number in 0..<5 { try await chat.say("\(number)", in: room, by: ada) }
            }
            #expect(try await chat.store.rooms.pruneDeleted(limit: 2) == 0)
            try await chat.store.rooms.delete(gone, by: ada)
            var removed: [Int] = []
            while case let count = try await chat.store.rooms.pruneDeleted(limit: 2), count > 0 {
                removed.append(count)
            }
            #expect(removed == [2, 2, 1, 1])
            #expect(try await chat.number("SELECT count(*) FROM messages") == 5)
            #expect(try await chat.number("SELECT count(*) FROM rooms") == 1)
            #expect(try await chat.store.messages.page(of: kept, at: .newest, limit: 10, for: ada).messages.count == 5)
        }
    }
}
