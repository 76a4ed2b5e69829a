import TestSupport
import Testing

@testable import Chat

@Suite("Renderings of deleted attachments", .timeLimit(.standard))
struct CancelledRenderingTests {
    private func state(_ id: Attachment.ID, _ chat: TestChat) async throws -> Rendering.State? {
        try await chat.store.read { try $0.rendering(of: id)?.state }
    }

    @Test("I5: every way of deleting an attachment removes it from the queue; its rendering is removed with its row")
    func everyWay() async throws {
        try await withChat { chat in
            let (store, ada) = (chat.store, try await chat.person("ada"))
            let (room, other) = (try await chat.room(of: ada), try await chat.room(of: ada))
            var pictures: [Attachment.ID] = []
            for _ in 0..<4 { pictures.append(try await chat.upload(.image, by: ada)) }
            let message = try await chat.say("", [pictures[0]], in: room, by: ada)
            try await chat.say("", [pictures[1]], in: other, by: ada)
            #expect(try await store.renderings.counts() == (4, 0))
            try await store.messages.delete(message.id, in: room, by: ada)
            try await store.rooms.delete(other, by: ada)
            try await store.attachments.delete(pictures[2], by: ada)
            #expect(try await store.attachments.markUnused(pictures[3]))
            for picture in pictures { #expect(try await state(picture, chat) == .cancelled) }
            #expect(try await store.renderings.next() == nil)
            #expect(try await store.renderings.counts() == (0, 0))
            try await store.attachments.deleteRows(of: pictures)
            #expect(try await chat.number("SELECT count(*) FROM renderings") == 0)
        }
    }

    @Test("I5: a running rendering and a scheduled retry are cancelled too, and do not count as interrupted")
    func underway() async throws {
        try await withChat { chat in
            let (store, ada) = (chat.store, try await chat.person("ada"))
            let (failed, running) = (try await chat.upload(.image, by: ada), try await chat.upload(.image, by: ada))
            _ = try await store.renderings.recordFailure(failed, .sample(.file))
            #expect(try await store.renderings.next()?.id == running)
            for id in [failed, running] { try await store.attachments.delete(id, by: ada) }
            #expect(try await store.renderings.interrupted() == [])
            #expect(try await store.renderings.timeToNextRetry() == nil)
            try await store.renderings.withdrawAttempt(running)
            for id in [failed, running] { #expect(try await state(id, chat) == .cancelled) }
        }
    }

    @Test("A rendering that has ended keeps its state: known failures outlive their attachments")
    func ended() async throws {
        try await withChat { chat in
            let (store, ada) = (chat.store, try await chat.person("ada"))
            let (finished, failed) = (try await chat.picture(by: ada), try await chat.upload(.image, by: ada))
            _ = try await store.renderings.recordFailure(failed, .sample(.picture))
            for id in [finished, failed] { try await store.attachments.delete(id, by: ada) }
            #expect(try await state(finished, chat) == .finished)
            #expect(try await state(failed, chat) == .failed)
        }
    }
}
