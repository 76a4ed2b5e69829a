import TestSupport
import Testing
import Vocabulary

@testable import Chat

@Suite("Statements of messages", .timeLimit(.standard))
struct MessageStatementTests {
    @Test("I8: posting takes four statements, also under a client id")
    func post() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            for id in [nil, Identifier<ClientMessage>.random()] {
                let draft = Draft(body: "hello", clientMessageID: id)
                let statements = try await chat.statements {
                    _ = try await chat.store.messages.post(draft, in: room, by: ada)
                }
                #expect(statements.count == 4, "\(statements)")
            }
        }
    }

    @Test("I8: a message takes as many statements with ten pictures as with one", arguments: [1, 10])
    func pictures(count: Int) async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            var pictures: [Attachment.ID] = []
            for _ in 0..<count { pictures.append(try await chat.picture(by: ada)) }
            let draft = Draft(body: "", attachmentIDs: pictures, clientMessageID: .random())
            let post = try await chat.statements { _ = try await chat.store.messages.post(draft, in: room, by: ada) }
            #expect(post.count == 7, "\(post)")
            // The sender with the message that they sent before, the message, its attachments, and their variants.
            let again = try await chat.statements { _ = try await chat.store.messages.post(draft, in: room, by: ada) }
            #expect(again.count == 4, "\(again)")
        }
    }

    @Test("I8: a page of fifty messages takes three statements with pictures, and one without, at every anchor")
    func page() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let (room, plain) = (try await chat.room(of: ada), try await chat.room(of: ada))
            for number in 0..<60 {
                let pictures = number.isMultiple(of: 2) ? [try await chat.picture(by: ada)] : []
                try await chat.say("\(number)", pictures, in: room, by: ada)
                try await chat.say("\(number)", in: plain, by: ada)
            }
            for (room, expected) in [(room, 3), (plain, 1)] {
                for anchor in [PageAnchor.newest, .before(60), .after(4), .around(30)] {
                    let page = { try await chat.store.messages.page(of: room, at: anchor, limit: 50, for: ada) }
                    // Before the statements are counted, so that the membership is known.
                    #expect(try await page().messages.count == 50)
                    let statements = try await chat.statements { _ = try await page() }
                    #expect(statements.count == expected, "\(anchor): \(statements)")
                }
            }
        }
    }

    @Test("I8: an edit, a deletion and a backfill take a fixed number of statements, whatever the message holds")
    func changes() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            var pictures: [Attachment.ID] = []
            for _ in 0..<10 { pictures.append(try await chat.picture(by: ada)) }
            let message = try await chat.say("", pictures, in: room, by: ada)
            let edit = try await chat.statements {
                _ = try await chat.store.messages.edit(message.id, in: room, body: "edited", by: ada)
            }
            // The membership, three for the message, its new body, and three for the event.
            #expect(edit.count == 8, "\(edit)")
            let deletion = try await chat.statements {
                try await chat.store.messages.delete(message.id, in: room, by: ada)
            }
            #expect(deletion.count == 9, "\(deletion)")
            var changes = UserChanges()
            changes.displayName = "Ada"
            _ = try await chat.store.people.update(ada, changes)
            let backfill = try await chat.statements { _ = try await chat.store.messages.backfillSenders() }
            // The next rename, the newest message, the name, the messages, and how far they are renamed.
            #expect(backfill.count == 5, "\(backfill)")
        }
    }
}
