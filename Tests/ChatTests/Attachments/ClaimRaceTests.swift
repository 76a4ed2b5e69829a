import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import ChatSQLite

@Suite("Races for an attachment", .timeLimit(.standard))
struct ClaimRaceTests {
    @Test("I5: Of four concurrent messages with the same attachment, exactly one gets it")
    func fourMessages() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            for _ in 0..<40 {
                let file = try await chat.upload(by: ada)
                let outcomes = await withTaskGroup { group in
                    for _ in 0..<4 {
                        group.addTask { await refusal { try await chat.say("", [file], in: room, by: ada) } }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(outcomes.filter { $0 == nil }.count == 1)
                #expect(outcomes.filter { $0 == .conflict }.count == 3)
            }
            #expect(try await chat.number("SELECT count(*) FROM messages") == 40)
            #expect(try await chat.number("SELECT count(*) FROM attachments WHERE message_id IS NULL") == 0)
        }
    }

    @Test("I5: An upload is either deleted or attached, never both")
    func deletionAgainstMessage() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            for _ in 0..<15 {
                let file = try await chat.upload(by: ada)
                async let posted = refusal { try await chat.say("", [file], in: room, by: ada) }
                async let deleted = refusal { try await chat.store.attachments.delete(file, by: ada) }
                let outcome = await (posted, deleted)
                #expect(outcome == (nil, .conflict) || outcome == (.notFound, nil))
            }
        }
    }

    @Test("I5: If a janitor and a message claim the same attachment, exactly one gets it")
    func sweepAgainstMessage() async throws {
        try await withChat { chat in
            let janitor = try Store(path: chat.path, synchronous: .normal, now: { chat.clock.now })
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            var swept = 0
            for _ in 0..<100 {
                let file = try await chat.upload(by: ada)
                async let isSwept = janitor.attachments.markUnused(file)
                async let refused = refusal { try await chat.say("", [file], in: room, by: ada) }
                let outcome = (isSwept: try await isSwept, refused: await refused)
                #expect(outcome.refused == (outcome.isSwept ? .notFound : nil))
                swept += outcome.isSwept ? 1 : 0
            }
            #expect(try await chat.store.attachments.deleted(limit: 1000).count == swept)
            #expect(try await chat.number("SELECT count(*) FROM messages") == 100 - swept)
            let torn = "SELECT count(*) FROM attachments WHERE message_id IS NOT NULL AND deleted_at IS NOT NULL"
            #expect(try await chat.number(torn) == 0)
        }
    }

    @Test("I5: An attachment in use is never marked, and only marked rows are removed")
    func sweepRules() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let (sent, free) = (try await chat.upload(by: ada), try await chat.upload(by: ada))
            try await chat.say("", [sent], in: room, by: ada)
            #expect(try await !chat.store.attachments.markUnused(sent))
            try await chat.store.attachments.deleteRows(of: [sent, free])
            #expect(try await chat.store.attachments.existing(among: [sent, free]) == [sent, free])
            #expect(try await chat.store.attachments.markUnused(free))
            #expect(try await !chat.store.attachments.markUnused(free))
            try await chat.store.attachments.deleteRows(of: [sent, free])
            #expect(try await chat.store.attachments.existing(among: [sent, free]) == [sent])
        }
    }

    @Test("The sweep finds uploads older than the grace period, oldest first")
    func grace() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            var unattached: [Attachment.ID] = []
            var stale: [Attachment.ID] = []
            for _ in 0..<3 {
                unattached.append(try await chat.upload(by: ada))
                stale.append(.random())
                try await chat.store.attachments.begin(stale[stale.count - 1], by: ada)
                try await chat.say("", [try await chat.upload(by: ada)], in: room, by: ada)
                chat.clock.advance(by: .seconds(1))
            }
            let time = chat.clock.now - .seconds(1)
            #expect(try await chat.store.attachments.unattached(before: time, limit: 10) == Array(unattached[..<2]))
            #expect(try await chat.store.attachments.unattached(before: time, limit: 1) == [unattached[0]])
            #expect(try await chat.store.attachments.stale(before: time, limit: 10) == Array(stale[..<2]))
        }
    }
}
