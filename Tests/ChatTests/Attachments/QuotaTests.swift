import TestSupport
import Testing

@testable import Chat

@Suite("Upload quotas", .timeLimit(.standard))
struct QuotaTests {
    private func limits(day: Int? = nil, stored: Int? = nil) -> ChatLimits {
        var limits = ChatLimits()
        limits.uploadedBytesPerDay = day
        limits.storedBytesPerPerson = stored
        return limits
    }

    @Test("I8: the daily quota holds for any 24 hours and for each person separately")
    func day() async throws {
        try await withChat(limits: limits(day: 2500)) { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            _ = try await chat.upload(by: ada)
            chat.clock.advance(by: .seconds(3600))
            _ = try await chat.upload(by: ada)
            #expect(await refusal { try await chat.upload(by: ada) } == .uploadedTooMuch)
            _ = try await chat.upload(by: bob)
            chat.clock.advance(by: .seconds(86_400 + 600 - 3600))
            _ = try await chat.upload(by: ada)
            #expect(await refusal { try await chat.upload(by: ada) } == .uploadedTooMuch)
        }
    }

    @Test("I1: the usage survives a restart, and deleting uploads does not reduce it")
    func restart() async throws {
        try await withChat(limits: limits(day: 2500)) { chat in
            let ada = try await chat.person("ada")
            for _ in 0..<2 { try await chat.store.attachments.delete(chat.upload(by: ada), by: ada) }
            try await chat.store.attachments.deleteRows(of: chat.store.attachments.deleted(limit: 10).map(\.id))
            let next = try Store(
                path: chat.path,
                synchronous: .normal,
                limits: limits(day: 2500),
                now: { chat.clock.now }
            )
            let uploads = next.attachments
            #expect(await refusal { try await uploads.begin(.random(), by: ada, expecting: 501) } == .uploadedTooMuch)
            try await uploads.begin(.random(), by: ada, expecting: 500)
        }
    }

    @Test("I8: uploads made while the clock was three days ahead neither count later nor lengthen a wait")
    func clockAhead() async throws {
        try await withChat(limits: limits(day: 2500)) { chat in
            let ada = try await chat.person("ada")
            let ahead = Duration.seconds(3 * 86_400)
            chat.clock.advance(by: ahead)
            for _ in 0..<2 { _ = try await chat.upload(by: ada) }
            chat.clock.advance(by: .zero - ahead)
            for _ in 0..<2 { _ = try await chat.upload(by: ada) }
            await #expect(throws: Refusal.uploadedTooMuch(limit: 2500, retryAfterSeconds: 86_400 + 600)) {
                try await chat.upload(by: ada)
            }
            chat.clock.advance(by: ahead)
            for _ in 0..<2 { _ = try await chat.upload(by: ada) }
        }
    }

    @Test("A refusal has the time to wait and the limit")
    func retryAfter() async throws {
        try await withChat(limits: limits(day: 1000)) { chat in
            let ada = try await chat.person("ada")
            _ = try await chat.upload(by: ada)
            await #expect(throws: Refusal.uploadedTooMuch(limit: 1000, retryAfterSeconds: 86_400 + 600)) {
                try await chat.store.attachments.begin(.random(), by: ada)
            }
            chat.clock.advance(by: .seconds(86_400 + 600))
            _ = try await chat.upload(by: ada)
        }
    }

    @Test("I8: a year of uploads takes no more rows than a day")
    func bounded() async throws {
        try await withChat(limits: limits()) { chat in
            let ada = try await chat.person("ada")
            for _ in 0..<300 {
                _ = try await chat.upload(by: ada)
                chat.clock.advance(by: .seconds(601))
            }
            #expect(try await chat.number("SELECT count(*) FROM uploaded_bytes") <= 145)
        }
    }

    @Test("I8: stored bytes are limited, and deleting makes room")
    func stored() async throws {
        try await withChat(limits: limits(stored: 2500)) { chat in
            let ada = try await chat.person("ada")
            let first = try await chat.upload(by: ada)
            _ = try await chat.upload(by: ada)
            chat.clock.advance(by: .seconds(1_000_000))
            #expect(await refusal { try await chat.upload(by: ada) } == .storesTooMuch)
            try await chat.store.attachments.delete(first, by: ada)
            _ = try await chat.upload(by: ada)
        }
    }

    @Test("I8: an upload larger than announced is refused at its end, and neither counted nor kept")
    func unexpected() async throws {
        for limits in [limits(day: 1500), limits(stored: 1500)] {
            try await withChat(limits: limits) { chat in
                let ada = try await chat.person("ada")
                _ = try await chat.upload(by: ada)
                let id = Attachment.ID.random()
                try await chat.store.attachments.begin(id, by: ada, expecting: 1)
                let late = await refusal {
                    try await chat.store.attachments.complete(id, filename: "late", facts: .sample(.file), by: ada)
                }
                #expect(late == .uploadedTooMuch || late == .storesTooMuch)
                try await chat.store.attachments.abandon(id)
                try await chat.store.attachments.begin(id, by: ada, expecting: 500)
                let sums = "SELECT (SELECT sum(byte_count) FROM uploaded_bytes) + (SELECT byte_count FROM stored_bytes)"
                #expect(try await chat.number(sums) == 2000)
            }
        }
    }

    @Test("I8: of uploads that end at the same time, as many as fit are accepted")
    func atOnce() async throws {
        for limits in [limits(day: 5500), limits(stored: 5500)] {
            try await withChat(limits: limits) { chat in
                let ada = try await chat.person("ada")
                let ids = (0..<40).map { _ in Attachment.ID.random() }
                for id in ids { try await chat.store.attachments.begin(id, by: ada) }
                let taken = await withTaskGroup(of: Bool.self) { group in
                    for id in ids {
                        group.addTask {
                            let upload = try? await chat.store.attachments.complete(
                                id,
                                filename: "",
                                facts: .sample(.file),
                                by: ada
                            )
                            return upload != nil
                        }
                    }
                    return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(taken == 5)
            }
        }
    }

    @Test("I3: a repeated upload gets its answer even when the quota is used up")
    func repeated() async throws {
        try await withChat(limits: limits(day: 1000)) { chat in
            let ada = try await chat.person("ada")
            let key = IdempotencyKey(of: ada, route: "uploads", text: "key")
            let facts = AttachmentFacts.sample(.file)
            var answers: [Replayable<Attachment>] = []
            for _ in 0..<2 {
                let id = Attachment.ID.random()
                try await chat.store.attachments.begin(id, by: ada, expecting: 1000, idempotencyKey: key)
                let request = IdempotentRequest(key, parts: [])
                answers.append(
                    try await chat.store.attachments.complete(id, filename: "", facts: facts, by: ada, request: request)
                )
            }
            #expect(answers.map(\.isReplay) == [false, true])
            #expect(answers[0].value == answers[1].value)
            #expect(await refusal { try await chat.store.attachments.begin(.random(), by: ada) } == .uploadedTooMuch)
        }
    }
}
