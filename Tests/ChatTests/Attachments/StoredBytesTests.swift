import TestSupport
import Testing

@testable import Chat

@Suite("Stored bytes of a person", .timeLimit(.standard))
struct StoredBytesTests {
    @Test("Stored bytes are counted for every way in which uploads are added and removed")
    func everyWay() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let store = chat.store
            let begun = Attachment.ID.random()
            try await store.attachments.begin(begun, by: ada)
            var files: [Attachment.ID] = []
            for _ in 0..<4 { files.append(try await chat.upload(by: ada)) }
            var stored = [try await chat.storedBytes]
            try await store.attachments.abandon(begun)
            let message = try await chat.say("", [files[0]], in: room, by: ada)
            try await chat.say("", [files[1]], in: room, by: ada)
            stored.append(try await chat.storedBytes)
            try await store.messages.delete(message.id, in: room, by: ada)
            stored.append(try await chat.storedBytes)
            try await store.rooms.delete(room, by: ada)
            stored.append(try await chat.storedBytes)
            try await store.attachments.delete(files[2], by: ada)
            stored.append(try await chat.storedBytes)
            #expect(try await store.attachments.markUnused(files[3]))
            try await store.attachments.deleteRows(of: files)
            stored.append(try await chat.storedBytes)
            #expect(stored == [4000, 4000, 3000, 2000, 1000, 0])
        }
    }

    @Test("A replaced avatar no longer counts")
    func avatar() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            for _ in 0..<2 {
                var changes = UserChanges()
                changes.avatar = .attachment(try await chat.picture(by: ada))
                _ = try await chat.store.people.update(ada, changes)
            }
            #expect(try await chat.storedBytes == 1000)
        }
    }
}

extension TestChat {
    /// Of the only person who has uploaded anything.
    fileprivate var storedBytes: Int {
        get async throws { try await number("SELECT byte_count FROM stored_bytes") }
    }
}
