import TestSupport
import Testing

@testable import Chat

@Suite("Attaching", .timeLimit(.standard))
struct AttachingTests {
    @Test("I7: Only its owner sees an unattached upload, and only the room an attached one")
    func visibility() async throws {
        try await withChat { chat in
            let people = try await chat.people(3)
            let room = try await chat.room(of: people[0], with: [people[1]])
            let file = try await chat.upload(by: people[0])
            #expect(await refusal { try await chat.store.attachments.attachment(file, for: people[1]) } == .notFound)
            let message = try await chat.say("", [file], in: room, by: people[0])
            #expect(try await chat.store.attachments.attachment(file, for: people[1]).messageID == message.id)
            #expect(await refusal { try await chat.store.attachments.attachment(file, for: people[2]) } == .notFound)
            try await chat.store.rooms.removeMember(people[1], from: room, by: people[0])
            #expect(await refusal { try await chat.store.attachments.attachment(file, for: people[1]) } == .notFound)
        }
    }

    @Test("A message has its attachments in the order of the draft")
    func order() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            var files: [Attachment.ID] = []
            for _ in 0..<3 { files.append(try await chat.upload(by: ada)) }
            let order = [files[2], files[0], files[1]]
            let message = try await chat.say("", order, in: room, by: ada)
            #expect(message.attachments.map(\.id) == order)
            let stored = try await chat.store.messages.message(message.id, in: room, for: ada)
            #expect(stored.attachments.map(\.id) == order)
        }
    }

    @Test("I7: An upload of somebody else cannot be attached, and looks like one that does not exist")
    func others() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada, with: [bob])
            let file = try await chat.upload(by: ada)
            for id in [file, .random()] {
                await #expect(throws: Refusal.notFound(field: "attachment_ids")) {
                    try await chat.say("Mine", [id], in: room, by: bob)
                }
            }
            let page = try await chat.store.messages.page(of: room, at: .newest, limit: 10, for: bob)
            #expect(page.messages.isEmpty)
            try await chat.say("", [file], in: room, by: ada)
        }
    }

    @Test("A deleted or swept upload cannot be attached")
    func deleted() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let (deleted, swept) = (try await chat.upload(by: ada), try await chat.upload(by: ada))
            try await chat.store.attachments.delete(deleted, by: ada)
            #expect(try await chat.store.attachments.markUnused(swept))
            for id in [deleted, swept] {
                #expect(await refusal { try await chat.say("", [id], in: room, by: ada) } == .notFound)
            }
        }
    }

    @Test("A refused message releases the attachments that it had claimed")
    func givenBack() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada)
            let own = try await chat.upload(by: ada)
            let others = try await chat.upload(by: bob)
            #expect(await refusal { try await chat.say("", [own, others], in: room, by: ada) } == .notFound)
            #expect(try await chat.number("SELECT count(*) FROM attachments WHERE attached_at IS NOT NULL") == 0)
            #expect(try await chat.say("", [own], in: room, by: ada).attachments.map(\.id) == [own])
        }
    }

    @Test("Of several attachments that cannot be sent, the first decides how the message is refused")
    func firstRefused() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada)
            let (own, sent) = (try await chat.upload(by: ada), try await chat.upload(by: ada))
            let others = try await chat.upload(by: bob)
            try await chat.say("", [sent], in: room, by: ada)
            #expect(await refusal { try await chat.say("", [own, sent, others], in: room, by: ada) } == .conflict)
            #expect(await refusal { try await chat.say("", [own, others, sent], in: room, by: ada) } == .notFound)
        }
    }

    @Test("Attachments keep the order in which they were named, whatever their ids")
    func namedOrder() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            for count in [2, 3, 7, 10] {
                var files: [Attachment.ID] = []
                for number in 0..<count {
                    let isFile = number.isMultiple(of: 2)
                    files.append(isFile ? try await chat.upload(by: ada) : try await chat.picture(by: ada))
                }
                let message = try await chat.say("", files, in: room, by: ada)
                #expect(message.attachments.map(\.id) == files)
                #expect(message.attachments.allSatisfy { $0.messageID == message.id })
                #expect(try await chat.store.messages.message(message.id, in: room, for: ada) == message)
            }
        }
    }

    @Test("If one of several attachments is in use, none of them is attached")
    func allOrNothing() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let (used, free) = (try await chat.upload(by: ada), try await chat.upload(by: ada))
            try await chat.say("", [used], in: room, by: ada)
            #expect(await refusal { try await chat.say("", [free, used], in: room, by: ada) } == .conflict)
            #expect(try await chat.say("", [free], in: room, by: ada).attachments.map(\.id) == [free])
        }
    }

    @Test("An attachment of a deleted message cannot be attached again")
    func ofDeletedMessage() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let file = try await chat.upload(by: ada)
            let message = try await chat.say("", [file], in: room, by: ada)
            try await chat.store.messages.delete(message.id, in: room, by: ada)
            #expect(await refusal { try await chat.say("", [file], in: room, by: ada) } == .notFound)
        }
    }

    @Test("One's own upload can be deleted unless a message has it")
    func delete() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada, with: [bob])
            let (free, sent) = (try await chat.upload(by: ada), try await chat.upload(by: ada))
            try await chat.say("", [sent], in: room, by: ada)
            let store = chat.store
            #expect(await refusal { try await store.attachments.delete(free, by: bob) } == .notFound)
            #expect(await refusal { try await store.attachments.delete(sent, by: ada) } == .conflict)
            try await store.attachments.delete(free, by: ada)
            #expect(await refusal { try await store.attachments.delete(free, by: ada) } == .notFound)
            #expect(try await store.attachments.deleted(limit: 10).map(\.id) == [free])
        }
    }
}
