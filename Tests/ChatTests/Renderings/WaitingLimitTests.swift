import TestSupport
import Testing

@testable import Chat

@Suite("Limits of waiting pictures", .timeLimit(.standard))
struct WaitingLimitTests {
    private func limits(all: Int = 100, own: Int = 100) -> ChatLimits {
        var limits = ChatLimits()
        (limits.waitingPictures, limits.waitingPicturesPerPerson) = (all, own)
        return limits
    }

    @Test("I8: a person with too many waiting pictures cannot start an upload, others can")
    func ofOnePerson() async throws {
        try await withChat(limits: limits(own: 2)) { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let first = try await chat.upload(.image, by: ada)
            _ = try await chat.upload(.image, by: ada)
            await #expect(throws: Refusal.queueFull(limit: 2, isOwn: true, retryAfterSeconds: 5)) {
                try await chat.store.attachments.begin(.random(), by: ada)
            }
            #expect(try await chat.number("SELECT count(*) FROM attachments") == 2)
            _ = try await chat.upload(.image, by: bob)
            _ = try await chat.store.renderings.finish(first, variants: [])
            _ = try await chat.upload(.image, by: ada)
        }
    }

    @Test("I8: with too many waiting pictures in total, nobody can start an upload")
    func inAll() async throws {
        try await withChat(limits: limits(all: 2)) { chat in
            let people = try await chat.people(3)
            for person in people[..<2] { _ = try await chat.upload(.image, by: person) }
            await #expect(throws: Refusal.queueFull(limit: 2, isOwn: false, retryAfterSeconds: 5)) {
                try await chat.store.attachments.begin(.random(), by: people[2])
            }
        }
    }

    @Test("I8: uploads that started with room and end without it are refused, plain files are not")
    func lateArrivals() async throws {
        try await withChat(limits: limits(all: 2)) { chat in
            let ada = try await chat.person("ada")
            let ids = (0..<4).map { _ in Attachment.ID.random() }
            for id in ids { try await chat.store.attachments.begin(id, by: ada) }
            func complete(_ id: Attachment.ID, _ kind: Attachment.Kind) async throws -> Attachment {
                try await chat.store.attachments.complete(id, filename: "", facts: .sample(kind), by: ada).value
            }
            for id in ids[..<2] { _ = try await complete(id, .image) }
            #expect(await refusal { try await complete(ids[2], .image) } == .queueFull)
            let file = try await complete(ids[3], .file)
            #expect(file.status == .ready)
            #expect(try await chat.store.renderings.counts() == (2, 0))
        }
    }

    @Test("I8: a requested retry needs a place, an automatic one does not")
    func retries() async throws {
        try await withChat(limits: limits(own: 1)) { chat in
            let ada = try await chat.person("ada")
            let failed = try await chat.upload(.image, by: ada)
            _ = try await chat.store.renderings.next()
            _ = try await chat.store.renderings.recordFailure(failed, .sample(.file))
            let waiting = try await chat.upload(.image, by: ada)
            #expect(await refusal { try await chat.store.renderings.retry(failed, by: ada) } == .queueFull)
            _ = try await chat.store.renderings.finish(waiting, variants: [])
            #expect(try await chat.store.renderings.retry(failed, by: ada).status == .processing)
        }
    }
}
