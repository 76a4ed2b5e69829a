import Foundation
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("The rendering queue", .timeLimit(.standard))
struct RenderingQueueTests {
    @Test("Pictures are rendered in order of arrival; files are not rendered")
    func order() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            var pictures: [Attachment.ID] = []
            for _ in 0..<3 {
                chat.clock.advance(by: .seconds(1))
                pictures.append(try await chat.upload(.image, by: ada))
                _ = try await chat.upload(.file, by: ada)
            }
            #expect(try await chat.store.renderings.counts() == (3, 0))
            for picture in pictures {
                #expect(try await chat.store.renderings.next() == .init(id: picture, crashCount: 0))
                _ = try await chat.store.renderings.finish(picture, variants: [])
            }
            #expect(try await chat.store.renderings.next() == nil)
            #expect(try await chat.store.renderings.counts() == (0, 0))
        }
    }

    @Test("A picture that crashed a worker comes after those not tried yet")
    func afterCrash() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let first = try await chat.upload(.image, by: ada)
            chat.clock.advance(by: .seconds(1))
            let second = try await chat.upload(.image, by: ada)
            #expect(try await chat.store.renderings.next()?.id == first)
            #expect(try await chat.store.renderings.recordFailure(first, .sample(.crash)) == .again)
            #expect(try await chat.store.renderings.next()?.id == second)
            _ = try await chat.store.renderings.finish(second, variants: [])
            #expect(try await chat.store.renderings.next() == .init(id: first, crashCount: 1))
        }
    }

    @Test("Retries come last")
    func retriesLast() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let failed = try await chat.upload(.image, by: ada)
            _ = try await chat.store.renderings.next()
            _ = try await chat.store.renderings.recordFailure(failed, .sample(.file))
            chat.clock.advance(by: .seconds(300))
            let fresh = try await chat.upload(.image, by: ada)
            #expect(try await chat.store.renderings.next()?.id == fresh)
            _ = try await chat.store.renderings.finish(fresh, variants: [])
            #expect(try await chat.store.renderings.next()?.id == failed)
        }
    }

    @Test("I1: The queue survives a restart")
    func restart() async throws {
        try await withChat { chat in
            let picture = try await chat.upload(.image, by: try await chat.person("ada"))
            let reopened = try Store(path: chat.path, synchronous: .normal)
            #expect(try await reopened.renderings.next() == .init(id: picture, crashCount: 0))
        }
    }

    @Test("I4: Variants are visible as soon as they are finished, and the room receives the event")
    func finish() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let (sent, unsent) = (try await chat.upload(.image, by: ada), try await chat.upload(.image, by: ada))
            let message = try await chat.say("", [sent], in: room, by: ada)
            #expect(message.attachments[0].variants.isEmpty)
            let events = chat.follower.events.count
            #expect(try await chat.store.renderings.finish(unsent, variants: [.sample])?.status == .ready)
            #expect(chat.follower.events.count == events)
            _ = try await chat.store.renderings.finish(sent, variants: [.sample])
            guard case .attachmentReady(let attachment, in: message.id) = chat.follower.events.last?.content else {
                Issue.record("the room was not told")
                return
            }
            #expect(attachment.variants == [.sample])
            #expect(try await chat.store.messages.message(message.id, in: room, for: ada).attachments == [attachment])
            #expect(try await chat.store.renderings.finish(sent, variants: [.sample]) == nil)
        }
    }

    @Test("I4: Placeholder, animation and damage come with the variants, in the event and in pages of history")
    func faces() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let picture = try await chat.upload(.image, by: ada)
            let message = try await chat.say("", [picture], in: room, by: ada)
            #expect(message.attachments[0].placeholder == nil && message.attachments[0].animation == nil)
            #expect(!message.attachments[0].isDamaged)
            let (hash, animation) = (Data([1, 2, 3, 4, 5]), Animation(width: 320, height: 240, byteCount: 70_000))
            let ready = try await chat.store.renderings.finish(
                picture,
                variants: [.sample],
                placeholder: hash,
                animation: animation,
                isDamaged: true
            )
            #expect(ready?.placeholder == hash)
            #expect(ready?.isDamaged == true)
            #expect(ready?.animation == animation)
            let page = try await chat.store.messages.page(of: room, at: .newest, limit: 1, for: ada)
            #expect(page.messages[0].attachments == [ready])
        }
    }

    @Test("I5: A picture deleted meanwhile neither finishes nor fails")
    func deletedMeanwhile() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let (own, sent) = (try await chat.upload(.image, by: ada), try await chat.upload(.image, by: ada))
            let message = try await chat.say("", [sent], in: room, by: ada)
            try await chat.store.attachments.delete(own, by: ada)
            try await chat.store.messages.delete(message.id, in: room, by: ada)
            #expect(try await chat.store.renderings.next() == nil)
            for id in [own, sent, .random()] {
                #expect(try await chat.store.renderings.finish(id, variants: [.sample]) == nil)
                #expect(try await chat.store.renderings.recordFailure(id, .sample(.picture)) == nil)
            }
            #expect(try await chat.number("SELECT count(*) FROM variants") == 0)
        }
    }
}
