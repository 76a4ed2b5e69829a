import TestSupport
import Testing

@testable import Chat

@Suite("Statements of attachments", .timeLimit(.standard))
struct AttachmentStatementTests {
    @Test("I8: an upload takes a fixed number of statements, however many there were before", arguments: [0, 20])
    func upload(earlier: Int) async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            for _ in 0..<earlier {
                chat.clock.advance(by: .seconds(700))
                _ = try await chat.upload(.image, by: ada)
            }
            let attachments = chat.store.attachments
            // The file: its row, the quota again, the sum of the day with its end, and the attachment before and after.
            // The picture: also the failures of its content, two counts, the queued cost, and its rendering.
            for (kind, expected) in [(Attachment.Kind.file, 6), (.image, 11)] {
                let id = Attachment.ID.random()
                let begin = try await chat.statements { try await attachments.begin(id, by: ada) }
                // Two counts, the quota, and the row.
                #expect(begin.count == 4, "\(begin)")
                let complete = try await chat.statements {
                    _ = try await attachments.complete(id, filename: "f", facts: .sample(kind), by: ada)
                }
                #expect(complete.count == expected, "\(complete)")
            }
        }
    }

    @Test("I8: reading an attachment takes one statement, and one more for the variants of a picture")
    func read() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            for (id, expected) in [(try await chat.upload(by: ada), 1), (try await chat.picture(by: ada), 2)] {
                let statements = try await chat.statements {
                    _ = try await chat.store.attachments.attachment(id, for: ada)
                }
                #expect(statements.count == expected, "\(statements)")
            }
        }
    }

    @Test("I8: the janitor asks about a thousand files, and removes a thousand rows, with one statement")
    func sweep() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let (kept, deleted) = (try await chat.upload(by: ada), try await chat.upload(by: ada))
            let attachments = chat.store.attachments
            try await attachments.delete(deleted, by: ada)
            for (count, expected) in [(1000, 1), (2500, 3)] {
                let strangers = (2..<count).map { _ in Attachment.ID.random() }
                let candidates = [kept] + strangers + [deleted]
                var existing: Set<Attachment.ID> = []
                let statements = try await chat.statements {
                    existing = try await attachments.existing(among: candidates)
                }
                #expect(existing == [kept, deleted])
                #expect(statements.count == expected, "\(statements)")
            }
            let candidates = [kept] + (2..<1000).map { _ in .random() } + [deleted]
            let removal = try await chat.statements { try await attachments.deleteRows(of: candidates) }
            // SQLite reports each cascade of a foreign key as the statement itself.
            #expect(Set(removal).count == 1, "\(removal)")
            #expect(try await attachments.existing(among: [kept, deleted]) == [kept])
        }
    }

    @Test("Without files nothing is asked and nothing is removed")
    func nothing() async throws {
        try await withChat { chat in
            let statements = try await chat.statements {
                #expect(try await chat.store.attachments.existing(among: []).isEmpty)
                try await chat.store.attachments.deleteRows(of: [])
            }
            #expect(statements.isEmpty)
        }
    }
}
