import Foundation
import TestSupport
import Testing

@testable import Chat

@Suite("Known failures", .timeLimit(.standard))
struct KnownFailureTests {
    private let bytes = AttachmentFacts.sample(.image)

    private func fail(_ id: Attachment.ID, _ cause: RenderProblem.Cause, _ chat: TestChat) async throws {
        #expect(try await chat.store.renderings.next()?.id == id)
        _ = try await chat.store.renderings.recordFailure(id, .sample(cause))
    }

    private func status(_ id: Attachment.ID, _ owner: User.ID, _ chat: TestChat) async throws -> Attachment.Status {
        try await chat.store.attachments.attachment(id, for: owner).status
    }

    @Test("I8: a copy of a permanently failed picture fails at once within a day, whoever sends it")
    func rejected() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let first = try await chat.upload(bytes, by: ada)
            try await fail(first, .picture, chat)
            chat.clock.advance(by: .seconds(86_399))
            let copy = try await chat.upload(bytes, by: bob)
            #expect(try await status(copy, bob, chat) == .failed(.init(code: "picture", detail: "Sample.")))
            #expect(try await chat.store.renderings.next() == nil)
            let other = try await chat.upload(.image, by: bob)
            #expect(try await chat.store.renderings.next()?.id == other)
        }
    }

    @Test("After a day a copy is tried again, and further copies do not postpone that")
    func expiry() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            try await fail(try await chat.upload(bytes, by: ada), .picture, chat)
            for _ in 0..<3 {
                chat.clock.advance(by: .seconds(86_400 / 4))
                _ = try await chat.upload(bytes, by: ada)
                #expect(try await chat.store.renderings.next() == nil)
            }
            chat.clock.advance(by: .seconds(86_400 / 4))
            let late = try await chat.upload(bytes, by: ada)
            #expect(try await chat.store.renderings.next() == .init(id: late, crashCount: 0))
        }
    }

    @Test("A copy of a failed picture can be retried on request")
    func retriedCopy() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            try await fail(try await chat.upload(bytes, by: ada), .picture, chat)
            let copy = try await chat.upload(bytes, by: ada)
            #expect(try await chat.store.renderings.retry(copy, by: ada).status == .processing)
            #expect(try await chat.store.renderings.next()?.id == copy)
            #expect(try await chat.store.renderings.finish(copy, variants: [.sample])?.status == .ready)
        }
    }

    @Test("A known failure outlives the deletion of its attachment, until the janitor removes the row")
    func deleted() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let first = try await chat.upload(bytes, by: ada)
            try await fail(first, .picture, chat)
            try await chat.store.attachments.delete(first, by: ada)
            _ = try await chat.upload(bytes, by: ada)
            #expect(try await chat.store.renderings.next() == nil)
        }
    }

    @Test("A missing original is no known failure of its content")
    func lostFile() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let lost = try await chat.upload(bytes, by: ada)
            for delay in [300, 3600, 86_400, 0] {
                try await fail(lost, .file, chat)
                chat.clock.advance(by: .seconds(delay))
            }
            let copy = try await chat.upload(bytes, by: ada)
            #expect(try await chat.store.renderings.next()?.id == copy)
        }
    }

    @Test("A plain file is not affected by a failed picture with the same bytes")
    func plainFile() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            try await fail(try await chat.upload(bytes, by: ada), .picture, chat)
            var facts = AttachmentFacts.sample(.file)
            facts.sha256 = bytes.sha256
            #expect(try await status(try await chat.upload(facts, by: ada), ada, chat) == .ready)
        }
    }

    @Test("I8: a crashing picture that is uploaded a hundred times at once crashes two workers")
    func manyAtOnce() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            for _ in 0..<100 { _ = try await chat.upload(bytes, by: ada) }
            var crashes = 0
            while let task = try await chat.store.renderings.next() {
                let isTried = task.crashCount < RetrySchedule.crashLimit
                crashes += isTried ? 1 : 0
                _ = try await chat.store.renderings.recordFailure(task.id, isTried ? .sample(.crash) : .quarantined)
            }
            #expect(crashes == 2)
            let quarantined = "SELECT count(*) FROM renderings WHERE failure_code = 'quarantined'"
            #expect(try await chat.number(quarantined) == 100)
        }
    }

    @Test("I8: a crashing picture that is uploaded again while it waits for its retry keeps its crash count")
    func duringRetry() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let first = try await chat.upload(bytes, by: ada)
            try await fail(first, .resourceLimit, chat)
            let copy = try await chat.upload(bytes, by: ada)
            #expect(try await chat.store.renderings.next() == .init(id: copy, crashCount: 1))
            _ = try await chat.store.renderings.recordFailure(copy, .sample(.resourceLimit))
            chat.clock.advance(by: .seconds(300))
            #expect(try await chat.store.renderings.next() == .init(id: first, crashCount: 2))
        }
    }

    @Test("A successful rendering clears the known failure of its content")
    func cleared() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let first = try await chat.upload(bytes, by: ada)
            try await fail(first, .crash, chat)
            _ = try await chat.store.renderings.finish(first, variants: [.sample])
            let copy = try await chat.upload(bytes, by: ada)
            #expect(try await chat.store.renderings.next() == .init(id: copy, crashCount: 0))
        }
    }
}
