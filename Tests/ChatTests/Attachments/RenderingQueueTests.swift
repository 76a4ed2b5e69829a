import Foundation
import Testing

@testable import Chat

@Suite("The rendering queue")
struct RenderingQueueTests {
    @Test("Pictures are rendered in the order in which they came; files are not")
    func order() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            var pictures: [Attachment.ID] = []
            for _ in 0..<3 {
                chat.clock.advance(by: .seconds(1))
                pictures.append(try await chat.upload(.image, by: ada))
                _ = try await chat.upload(.file, by: ada)
            }
            #expect(try await chat.store.renderingCount() == 3)
            for picture in pictures {
                #expect(try await chat.store.nextRendering() == .init(id: picture, attempt: 1))
                _ = try await chat.store.finishRendering(picture, variants: [])
            }
            #expect(try await chat.store.nextRendering() == nil)
            #expect(try await chat.store.renderingCount() == 0)
        }
    }

    @Test("Each try is counted before it begins, and can be taken back")
    func attempts() async throws {
        try await withChat { chat in
            let picture = try await chat.upload(.image, by: try await chat.person("ada"))
            #expect(try await chat.store.nextRendering()?.attempt == 1)
            #expect(try await chat.store.nextRendering()?.attempt == 2)
            try await chat.store.withdrawAttempt(picture)
            #expect(try await chat.store.nextRendering()?.attempt == 2)
            for _ in 0..<5 { try await chat.store.withdrawAttempt(picture) }
            #expect(try await chat.store.nextRendering()?.attempt == 1)
        }
    }

    @Test("A picture that was tried goes behind those that were not")
    func fairness() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let first = try await chat.upload(.image, by: ada)
            chat.clock.advance(by: .seconds(1))
            let second = try await chat.upload(.image, by: ada)
            var order: [Attachment.ID?] = []
            for _ in 0..<4 { order.append(try await chat.store.nextRendering()?.id) }
            #expect(order == [first, second, first, second])
        }
    }

    @Test("I1: The queue and its counts survive a restart")
    func restart() async throws {
        try await withChat { chat in
            let picture = try await chat.upload(.image, by: try await chat.person("ada"))
            _ = try await chat.store.nextRendering()
            let reopened = try Store(path: chat.path, synchronous: .normal)
            #expect(try await reopened.nextRendering() == .init(id: picture, attempt: 2))
        }
    }

    @Test("I4: Variants are visible from the moment that they are finished, and the room is told")
    func finish() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let (sent, unsent) = (try await chat.upload(.image, by: ada), try await chat.upload(.image, by: ada))
            let message = try await chat.say("", [sent], in: room, by: ada)
            #expect(message.attachments[0].variants.isEmpty)
            let events = chat.published.all.count
            #expect(try await chat.store.finishRendering(unsent, variants: [.sample])?.status == .ready)
            #expect(chat.published.all.count == events)
            _ = try await chat.store.finishRendering(sent, variants: [.sample])
            guard case .attachmentReady(let attachment, in: message.id) = chat.published.all.last?.content else {
                Issue.record("the room was not told")
                return
            }
            #expect(attachment.variants == [.sample])
            #expect(try await chat.store.message(message.id, in: room, for: ada).attachments == [attachment])
            #expect(try await chat.store.finishRendering(sent, variants: [.sample]) == nil)
        }
    }

    @Test("I4: Placeholder and moving form come with the variants, and a page of history shows what the event did")
    func faces() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let picture = try await chat.upload(.image, by: ada)
            let message = try await chat.say("", [picture], in: room, by: ada)
            #expect(message.attachments[0].placeholder == nil && message.attachments[0].animation == nil)
            let (hash, animation) = (Data([1, 2, 3, 4, 5]), Animation(width: 320, height: 240, byteCount: 70_000))
            let ready = try await chat.store.finishRendering(
                picture,
                variants: [.sample],
                placeholder: hash,
                animation: animation
            )
            #expect(ready?.placeholder == hash)
            #expect(ready?.animation == animation)
            let page = try await chat.store.page(of: room, at: .newest, limit: 1, for: ada)
            #expect(page.messages[0].attachments == [ready])
        }
    }

    @Test("I5: What was deleted meanwhile is neither finished nor failed")
    func deletedMeanwhile() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let (own, sent) = (try await chat.upload(.image, by: ada), try await chat.upload(.image, by: ada))
            let message = try await chat.say("", [sent], in: room, by: ada)
            try await chat.store.deleteAttachment(own, by: ada)
            _ = try await chat.store.deleteMessage(message.id, in: room, by: ada)
            #expect(try await chat.store.nextRendering() == nil)
            for id in [own, sent, .random()] {
                #expect(try await chat.store.finishRendering(id, variants: [.sample]) == nil)
                #expect(try await chat.store.failRendering(id, .init(code: "x", detail: "")) == nil)
            }
            #expect(try await chat.number("SELECT count(*) FROM variants") == 0)
        }
    }

    @Test("A failure has a reason, is told, and can be tried again from the first attempt")
    func failAndRetry() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada)
            let picture = try await chat.upload(.image, by: ada)
            try await chat.say("", [picture], in: room, by: ada)
            _ = try await chat.store.nextRendering()
            #expect(await refusal { try await chat.store.retryRendering(picture, for: ada) } == .conflict)
            let failure = Attachment.Failure(code: "timeout", detail: "It took too long.")
            #expect(try await chat.store.failRendering(picture, failure)?.status == .failed(failure))
            #expect(chat.published.kinds(in: room).last == "attachment.failed")
            #expect(try await chat.store.nextRendering() == nil)
            #expect(await refusal { try await chat.store.retryRendering(picture, for: bob) } == .notFound)
            #expect(try await chat.store.retryRendering(picture, for: ada).status == .processing)
            #expect(try await chat.store.nextRendering() == .init(id: picture, attempt: 1))
        }
    }
}
