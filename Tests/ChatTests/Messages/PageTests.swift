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

    @Test("Every page matches the model", arguments: [11, 22, 33] as [UInt64])
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

    @Test(
        "A page of ten messages has those selected by anchor and limit, and whether there are more",
        arguments: [
            (.newest, 3, "789", true, false), (.newest, 10, "0123456789", false, false),
            (.newest, 50, "0123456789", false, false), (.before(5), 3, "234", true, true),
            (.before(5), 5, "01234", false, true), (.before(0), 50, "", false, true), (.after(5), 3, "678", true, true),
            (.after(5), 4, "6789", true, false), (.after(9), 50, "", true, false), (.around(5), 4, "3456", true, true),
            (.around(0), 4, "0123", false, true), (.around(5), 100, "0123456789", false, false),
        ] as [(PageAnchor, Int, String, Bool, Bool)]
    )
    func ofTen(anchor: PageAnchor, limit: Int, bodies: String, before: Bool, after: Bool) async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let first = try await chat.say("0", in: room, by: ada).seq
            for number in 1..<10 { try await chat.say("\(number)", in: room, by: ada) }
            let anchor = anchor.moved(by: first)
            let page = try await chat.store.messages.page(of: room, at: anchor, limit: limit, for: ada)
            #expect(page.messages.map(\.body).joined() == bodies)
            #expect(page.hasMoreBefore == before)
            #expect(page.hasMoreAfter == after)
        }
    }

    @Test("Successive pages in either direction contain every message once")
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

    @Test("A page has each message with its own files in order")
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

extension PageAnchor {
    /// The anchor at the number that is this far behind its own.
    fileprivate func moved(by offset: Int64) -> PageAnchor {
        switch self {
        case .newest: .newest
        case .before(let seq): .before(seq + offset)
        case .after(let seq): .after(seq + offset)
        case .around(let seq): .around(seq + offset)
        }
    }
}
