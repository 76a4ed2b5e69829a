import TestSupport
import Testing

@testable import Chat

@Suite("Pages of history", .timeLimit(.standard))
struct PageTests {
    /// The messages of a room and what a page of them must be, worked out the simple way.
    private struct Model {
        let seqs: [Int64]

        func page(at anchor: PageAnchor, limit: Int) -> (seqs: [Int64], before: Bool, after: Bool) {
            switch anchor {
            case .newest:
                let page = Array(seqs.suffix(limit))
                return (page, seqs.count > page.count, false)
            case .before(let seq):
                let page = Array(seqs.filter { $0 < seq }.suffix(limit))
                return (page, has { $0 < page.first ?? 0 }, has { page.isEmpty ? $0 >= seq : $0 > page.last! })
            case .after(let seq):
                let page = Array(seqs.filter { $0 > seq }.prefix(limit))
                return (page, has { page.isEmpty ? $0 <= seq : $0 < page.first! }, has { $0 > page.last ?? .max })
            case .around(let seq):
                let before = seqs.filter { $0 < seq }.suffix(limit / 2)
                let page = Array(before) + seqs.filter { $0 >= seq }.prefix(limit - before.count)
                let first = page.first ?? seq
                return (page, has { $0 < first }, has { $0 > page.last ?? seq })
            }
        }

        private func has(_ condition: (Int64) -> Bool) -> Bool {
            seqs.contains(where: condition)
        }
    }

    @Test("Every page is what the model says", arguments: [11, 22, 33] as [UInt64])
    func againstModel(seed: UInt64) async throws {
        try await withChat { chat in
            var random = SeededRandom(seed: seed)
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(.public, of: ada, with: [bob])
            let other = try await chat.room(of: ada)
            var seqs: [Int64] = []
            for number in 0..<40 {
                let message = try await chat.say("\(number)", in: room, by: ada)
                seqs.append(message.seq)
                // Other events make gaps between messages; other rooms must not show.
                if Bool.random(using: &random) {
                    _ = try await chat.store.messages.edit(message.id, in: room, body: "edited", by: ada)
                }
                if Int.random(in: 0..<4, using: &random) == 0 { try await chat.say("elsewhere", in: other, by: ada) }
            }
            let model = Model(seqs: seqs)
            for _ in 0..<150 {
                let seq = Int64.random(in: -1...seqs.last! + 3, using: &random)
                let anchor = [PageAnchor.newest, .before(seq), .after(seq), .around(seq)].randomElement(using: &random)!
                let limit = Int.random(in: 1...50, using: &random)
                let page = try await chat.store.messages.page(of: room, at: anchor, limit: limit, for: bob)
                let expected = model.page(at: anchor, limit: limit)
                #expect(page.messages.map(\.seq) == expected.seqs, "\(anchor) limit \(limit)")
                #expect(page.hasMoreBefore == expected.before, "before, \(anchor) limit \(limit)")
                #expect(page.hasMoreAfter == expected.after, "after, \(anchor) limit \(limit)")
            }
        }
    }

    @Test("Reading page after page, in either direction, meets every message once")
    func walk() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            var said: [Message.ID] = []
            for number in 0..<23 { said.append(try await chat.say("\(number)", in: room, by: ada).id) }
            var backwards: [Message.ID] = []
            var page = try await chat.store.messages.page(of: room, at: .newest, limit: 5, for: ada)
            backwards = page.messages.map(\.id)
            while page.hasMoreBefore {
                page = try await chat.store.messages.page(
                    of: room,
                    at: .before(page.messages[0].seq),
                    limit: 5,
                    for: ada
                )
                backwards = page.messages.map(\.id) + backwards
            }
            #expect(backwards == said)
            var forwards: [Message.ID] = []
            var last: Int64 = 0
            repeat {
                page = try await chat.store.messages.page(of: room, at: .after(last), limit: 5, for: ada)
                forwards += page.messages.map(\.id)
                last = page.messages.last?.seq ?? last
            } while page.hasMoreAfter
            #expect(forwards == said)
        }
    }

    @Test(
        "An empty room has an empty page at every anchor",
        arguments: [
            PageAnchor.newest, .before(5), .after(0), .around(1),
        ]
    )
    func empty(anchor: PageAnchor) async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let page = try await chat.store.messages.page(of: chat.room(of: ada), at: anchor, limit: 10, for: ada)
            #expect(page.messages.isEmpty)
            #expect(!page.hasMoreBefore)
            #expect(!page.hasMoreAfter)
        }
    }

    @Test("A page shows each message with its own files, in their order")
    func attachments() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            var files: [[Attachment.ID]] = []
            for count in 0..<4 {
                var own: [Attachment.ID] = []
                for _ in 0..<count { own.append(try await chat.picture(by: ada)) }
                files.append(own)
                try await chat.say("\(count)", own, in: room, by: ada)
            }
            let page = try await chat.store.messages.page(of: room, at: .newest, limit: 10, for: ada)
            #expect(page.messages.map { $0.attachments.map(\.id) } == files)
            #expect(page.messages[1].attachments[0].variants == [.sample])
        }
    }
}
