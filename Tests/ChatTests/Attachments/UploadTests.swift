import TestSupport
import Testing

@testable import Chat

@Suite("Uploads", .timeLimit(.standard))
struct UploadTests {
    @Test("Nobody sees an upload before its bytes are complete, not even its owner")
    func receiving() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let id = Attachment.ID.random()
            try await chat.store.attachments.begin(id, by: ada)
            #expect(await refusal { try await chat.store.attachments.attachment(id, for: ada) } == .notFound)
            #expect(await refusal { try await chat.say("", [id], in: room, by: ada) } == .notFound)
            #expect(await refusal { try await chat.store.attachments.delete(id, by: ada) } == .notFound)
        }
    }

    @Test("A file is ready at once, a picture waits for its variants")
    func complete() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            for (kind, status) in [(Attachment.Kind.file, Attachment.Status.ready), (.image, .processing)] {
                let id = Attachment.ID.random()
                try await chat.store.attachments.begin(id, by: ada)
                var facts = AttachmentFacts.sample(kind)
                facts.removedMetadata = kind == .image ? ["exif", "gps"] : []
                let attachment = try await chat.store.attachments.complete(
                    id,
                    filename: "a b.txt",
                    facts: facts,
                    by: ada
                )
                #expect(attachment.status == status)
                #expect(attachment.facts == facts)
                #expect(attachment.filename == "a b.txt")
                #expect(attachment.messageID == nil)
                #expect(try await chat.store.attachments.attachment(id, for: ada) == attachment.value)
            }
        }
    }

    @Test("I5: An upload that was swept in the meantime cannot be completed")
    func sweptMeanwhile() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            for isForgotten in [false, true] {
                let id = Attachment.ID.random()
                try await chat.store.attachments.begin(id, by: ada)
                #expect(try await chat.store.attachments.markUnused(id))
                if isForgotten { try await chat.store.attachments.deleteRows(of: [id]) }
                #expect(
                    await refusal {
                        try await chat.store.attachments.complete(id, filename: "late", facts: .sample(.file), by: ada)
                    } == .gone
                )
            }
        }
    }

    @Test("An upload can be completed only once")
    func completeTwice() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let id = try await chat.upload(by: ada)
            let again = await refusal {
                try await chat.store.attachments.complete(id, filename: "x", facts: .sample(.file), by: ada)
            }
            #expect(again == .gone)
        }
    }

    @Test("Only an incomplete upload can be abandoned")
    func abandon() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let done = try await chat.upload(by: ada)
            let begun = Attachment.ID.random()
            try await chat.store.attachments.begin(begun, by: ada)
            try await chat.store.attachments.abandon(begun)
            try await chat.store.attachments.abandon(done)
            #expect(try await chat.store.attachments.existing(among: [begun, done]) == [done])
        }
    }
}
