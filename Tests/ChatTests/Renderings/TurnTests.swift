import TestSupport
import Testing

@testable import Chat

@Suite("Fair order of renderings", .timeLimit(.standard))
struct TurnTests {
    private func picture(_ cost: Int, by owner: User.ID, _ chat: TestChat) async throws -> Attachment.ID {
        let id = Attachment.ID.random()
        try await chat.store.attachments.begin(id, by: owner)
        _ = try await chat.store.attachments.complete(
            id,
            filename: "",
            facts: .sample(.image),
            renderCost: cost,
            by: owner
        )
        return id
    }

    /// Renders what is next.
    private func renderNext(_ chat: TestChat) async throws -> Attachment.ID? {
        guard let next = try await chat.store.renderings.next()?.id else { return nil }
        _ = try await chat.store.renderings.finish(next, variants: [])
        return next
    }

    private func renderAll(_ chat: TestChat) async throws -> [Attachment.ID] {
        var order: [Attachment.ID] = []
        while let next = try await renderNext(chat) { order.append(next) }
        return order
    }

    @Test("A small picture comes before a large one that arrived slightly earlier, whoever sent them")
    func smallFirst() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let large = try await picture(500, by: ada, chat)
            chat.clock.advance(by: .seconds(1))
            let own = try await picture(10, by: ada, chat)
            let others = try await picture(20, by: bob, chat)
            #expect(try await renderAll(chat) == [own, others, large])
        }
    }

    @Test("Equal pictures of one person come in the order in which they were sent")
    func inOrder() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            var sent: [Attachment.ID] = []
            for _ in 0..<5 { sent.append(try await picture(80, by: ada, chat)) }
            #expect(try await renderAll(chat) == sent)
        }
    }

    @Test("A burst delays only its sender")
    func burst() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            for _ in 0..<50 { _ = try await picture(84, by: ada, chat) }
            chat.clock.advance(by: .seconds(1))
            let single = try await picture(84, by: bob, chat)
            let order = try await renderAll(chat)
            #expect(try #require(order.firstIndex(of: single)) <= 2)
            #expect(order.count == 51)
        }
    }

    @Test("No picture starves: later ones get later times")
    func noStarvation() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let large = try await picture(1000, by: ada, chat)
            var overtaken = 0
            while true {
                _ = try await picture(100, by: bob, chat)
                chat.clock.advance(by: .milliseconds(100))
                if try await renderNext(chat) == large { break }
                overtaken += 1
                try #require(overtaken <= 200)
            }
            // 20 times its own cost, less that of the small ones.
            #expect(overtaken >= 170)
        }
    }

    @Test("Two people who send continuously get equal shares, however much more one of them sends", arguments: 1...5)
    func equalShares(seed: UInt64) async throws {
        try await withChat { chat in
            var random = SeededRandom(seed: seed)
            let people = try await chat.people(2)
            var owners: [Attachment.ID: Int] = [:]
            var waiting = [0, 0]
            var done = [0, 0]
            for _ in 0..<200 {
                // The first one keeps 60 pictures waiting, the second one 3.
                for (person, most) in [(0, 60), (1, 3)] {
                    while waiting[person] < most {
                        let cost = Int.random(in: 70...100, using: &random)
                        owners[try await picture(cost, by: people[person], chat)] = person
                        waiting[person] += 1
                    }
                }
                let next = try #require(try await renderNext(chat))
                let person = try #require(owners[next])
                waiting[person] -= 1
                done[person] += 1
                chat.clock.advance(by: .milliseconds(85))
            }
            #expect(done[1] >= done[0])
        }
    }

    @Test("A requested retry gets the place of a new picture")
    func retried() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let failed = try await picture(300, by: ada, chat)
            _ = try await chat.store.renderings.next()
            _ = try await chat.store.renderings.recordFailure(failed, .sample(.picture))
            let before = try await picture(200, by: ada, chat)
            let others = try await picture(400, by: bob, chat)
            _ = try await chat.store.renderings.retry(failed, by: ada)
            #expect(try await renderAll(chat) == [before, others, failed])
        }
    }
}
