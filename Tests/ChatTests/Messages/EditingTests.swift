import TestSupport
import Testing

@testable import Chat

@Suite("Editing and deleting messages", .timeLimit(.standard))
struct EditingTests {
    @Test("Only its sender may edit a message")
    func edit() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada, with: [bob])
            let message = try await chat.say("teh", in: room, by: bob)
            chat.clock.advance(by: .seconds(1))
            let edited = try await chat.store.messages.edit(message.id, in: room, body: "the", by: bob)
            #expect(edited.body == "the")
            #expect(edited.editedAt == chat.clock.now)
            #expect(edited.seq == message.seq)
            #expect(try await chat.store.messages.message(message.id, in: room, for: ada) == edited)
            #expect(
                await refusal { try await chat.store.messages.edit(message.id, in: room, body: "x", by: ada) }
                    == .forbidden
            )
            #expect(
                await refusal { try await chat.store.messages.edit(message.id, in: room, body: " ", by: bob) }
                    == .invalid
            )
            #expect(
                await refusal { try await chat.store.messages.edit(.random(), in: room, body: "x", by: bob) }
                    == .notFound
            )
            #expect(chat.follower.kinds(in: room).last == "message.edited")
        }
    }

    @Test("A message is found only in its own room")
    func otherRoom() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let (here, there) = (try await chat.room(of: ada), try await chat.room(of: ada))
            let message = try await chat.say("here", in: here, by: ada)
            #expect(
                await refusal { try await chat.store.messages.message(message.id, in: there, for: ada) } == .notFound
            )
            #expect(
                await refusal { try await chat.store.messages.edit(message.id, in: there, body: "x", by: ada) }
                    == .notFound
            )
            #expect(await refusal { try await chat.store.messages.delete(message.id, in: there, by: ada) } == .notFound)
        }
    }

    @Test("I7: A message of another room is not found through a room of one's own")
    func strangersRoom() async throws {
        try await withChat { chat in
            let (ada, eve) = (try await chat.person("ada"), try await chat.person("eve"))
            let messages = chat.store.messages
            let secret = try await chat.say("Secret", in: try await chat.room(of: ada), by: ada)
            let own = try await chat.room(of: eve)
            #expect(await refusal { try await messages.message(secret.id, in: own, for: eve) } == .notFound)
            #expect(await refusal { try await messages.edit(secret.id, in: own, body: "x", by: eve) } == .notFound)
            #expect(await refusal { try await messages.delete(secret.id, in: own, by: eve) } == .notFound)
        }
    }

    @Test("A message with a file may be edited to an empty body")
    func emptyBody() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let file = try await chat.upload(by: ada)
            let message = try await chat.say("look", [file], in: room, by: ada)
            let edited = try await chat.store.messages.edit(message.id, in: room, body: "", by: ada)
            #expect(edited.body.isEmpty)
            #expect(edited.attachments == message.attachments)
            #expect(edited.attachments.map(\.id) == [file])
        }
    }

    @Test("I5: A deleted message leaves a tombstone and releases its files")
    func tombstone() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let files = [try await chat.upload(by: ada), try await chat.picture(by: ada)]
            let message = try await chat.say("secret", files, in: room, by: ada)
            let followed = try await chat.consequences {
                try await chat.store.messages.delete(message.id, in: room, by: ada)
            }
            #expect(followed.releasedAttachments == files)
            let left = try await chat.store.messages.message(message.id, in: room, for: ada)
            #expect(left.body.isEmpty)
            #expect(left.attachments.isEmpty)
            #expect(left.deletedAt == chat.clock.now)
            #expect(left.seq == message.seq)
            #expect(try await Set(chat.store.attachments.deleted(limit: 10).map(\.id)) == Set(files))
            for file in files {
                #expect(await refusal { try await chat.store.attachments.attachment(file, for: ada) } == .notFound)
            }
            #expect(try await chat.number("SELECT count(*) FROM messages WHERE body LIKE '%secret%'") == 0)
            #expect(try await chat.number("SELECT count(*) FROM events WHERE payload LIKE '%secret%'") == 0)
            #expect(
                await refusal { try await chat.store.messages.edit(message.id, in: room, body: "x", by: ada) } == .gone
            )
        }
    }

    @Test("Deleting again changes nothing and records no event")
    func twice() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let file = try await chat.upload(by: ada)
            let message = try await chat.say("", [file], in: room, by: ada)
            try await chat.store.messages.delete(message.id, in: room, by: ada)
            let events = chat.follower.events.count
            let followed = try await chat.consequences {
                try await chat.store.messages.delete(message.id, in: room, by: ada)
            }
            #expect(followed.releasedAttachments.isEmpty)
            #expect(chat.follower.events.count == events)
            #expect(try await chat.store.rooms.room(room, for: ada).room.lastSeq == message.seq + 1)
        }
    }

    @Test("In a direct room, messages of the other person cannot be deleted once one has blocked the other")
    func directRoom() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.directRoom(of: ada, and: bob)
            let message = try await chat.say("evidence", in: room, by: ada)
            let answer = try await chat.say("an answer", in: room, by: bob)
            try await chat.store.people.block(bob, by: ada)
            #expect(await refusal { try await chat.store.messages.delete(message.id, in: room, by: bob) } == .forbidden)
            #expect(await refusal { try await chat.store.messages.delete(answer.id, in: room, by: ada) } == .conflict)
            #expect(await refusal { try await chat.store.messages.delete(message.id, in: room, by: ada) } == nil)
        }
    }

    @Test("Owners and admins may delete messages of others, members only their own")
    func whoDeletes() async throws {
        try await withChat { chat in
            let people = try await chat.people(3)
            let room = try await chat.room(of: people[0], with: [people[1]])
            _ = try await chat.add(people[2], to: room, role: .admin, by: people[0])
            let message = try await chat.say("owner's", in: room, by: people[0])
            #expect(
                await refusal { try await chat.store.messages.delete(message.id, in: room, by: people[1]) }
                    == .forbidden
            )
            #expect(await refusal { try await chat.store.messages.delete(message.id, in: room, by: people[2]) } == nil)
            let own = try await chat.say("own", in: room, by: people[1])
            #expect(await refusal { try await chat.store.messages.delete(own.id, in: room, by: people[1]) } == nil)
        }
    }
}
