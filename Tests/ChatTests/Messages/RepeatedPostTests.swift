import TestSupport
import Testing
import Vocabulary

@testable import Chat

@Suite("Repeated posts", .timeLimit(.standard))
struct RepeatedPostTests {
    @Test("I3: The same client message id returns the first message and creates nothing")
    func retry() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let draft = Draft(body: "once", clientMessageID: .random())
            let first = try await chat.store.messages.post(draft, in: room, by: ada)
            let events = chat.follower.events.count
            let second = try await chat.store.messages.post(draft, in: room, by: ada)
            #expect(!first.isReplay)
            #expect(second.isReplay)
            #expect(second.message == first.message)
            #expect(chat.follower.events.count == events)
        }
    }

    @Test("I3: Of concurrent retries one creates the message")
    func retriesAtOnce() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let file = try await chat.upload(by: ada)
            let draft = Draft(body: "", attachmentIDs: [file], clientMessageID: .random())
            let posted = try await withThrowingTaskGroup { group in
                for _ in 0..<20 { group.addTask { try await chat.store.messages.post(draft, in: room, by: ada) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(posted.filter { !$0.isReplay }.count == 1)
            #expect(Set(posted.map(\.message.id)).count == 1)
            #expect(posted.allSatisfy { $0.message.attachments.map(\.id) == [file] })
            #expect(try await chat.number("SELECT count(*) FROM messages") == 1)
            #expect(chat.follower.kinds(in: room).filter { $0 == "message.created" }.count == 1)
        }
    }

    @Test("I3: A client message id is bound to its room and to its person")
    func otherRoom() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let (here, there) = (try await chat.room(of: ada, with: [bob]), try await chat.room(of: ada))
            let draft = Draft(body: "once", clientMessageID: .random())
            let first = try await chat.store.messages.post(draft, in: here, by: ada).message
            #expect(await refusal { try await chat.store.messages.post(draft, in: there, by: ada) } == .keyReused)
            let second = try await chat.store.messages.post(draft, in: here, by: bob).message
            #expect(second.id != first.id)
            #expect(second.sender.id == bob)
        }
    }

    @Test("I3: A client message id with another body is a mismatch, unless the message has been edited")
    func otherBody() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let id = Identifier<ClientMessage>.random()
            let first = try await chat.store.messages.post(Draft(body: "once", clientMessageID: id), in: room, by: ada)
                .message
            let other = Draft(body: "twice", clientMessageID: id)
            #expect(await refusal { try await chat.store.messages.post(other, in: room, by: ada) } == .keyReused)
            _ = try await chat.store.messages.edit(first.id, in: room, body: "edited", by: ada)
            let again = try await chat.store.messages.post(Draft(body: "once", clientMessageID: id), in: room, by: ada)
            #expect(again.isReplay && again.message.body == "edited")
        }
    }

    @Test("I7: A retry after a removal from the room returns nothing")
    func removedMeanwhile() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada, with: [bob])
            let draft = Draft(body: "once", clientMessageID: .random())
            _ = try await chat.store.messages.post(draft, in: room, by: bob)
            try await chat.store.rooms.removeMember(bob, from: room, by: ada)
            #expect(await refusal { try await chat.store.messages.post(draft, in: room, by: bob) } == .notFound)
        }
    }
}
