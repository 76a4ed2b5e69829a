import TestSupport
import Testing

@testable import Chat

@Suite("Avatars", .timeLimit(.standard))
struct AvatarTests {
    private func setAvatar(_ avatar: UserChanges.Avatar, of user: User.ID, in chat: TestChat) async throws -> User {
        var changes = UserChanges()
        changes.avatar = avatar
        return try await chat.store.people.update(user, changes)
    }

    @Test("I5: A new avatar is claimed and the old one released")
    func replace() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let first = try await chat.picture(by: ada)
            let second = try await chat.picture(by: ada)
            _ = try await setAvatar(.attachment(first), of: ada, in: chat)
            let followed = try await chat.consequences {
                let changed = try await setAvatar(.attachment(second), of: ada, in: chat)
                #expect(changed.avatar?.id == second)
            }
            #expect(followed.releasedAttachments == [first])
            #expect(try await chat.store.attachments.deleted(limit: 10).map(\.id) == [first])
            #expect(try await setAvatar(.none, of: ada, in: chat).avatar == nil)
            #expect(try await Set(chat.store.attachments.deleted(limit: 10).map(\.id)) == [first, second])
        }
    }

    @Test("An unusable picture leaves the old avatar in place")
    func refused() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada)
            let own = try await chat.picture(by: ada)
            _ = try await setAvatar(.attachment(own), of: ada, in: chat)
            let others = try await chat.picture(by: bob)
            let waiting = try await chat.upload(.image, by: ada)
            let file = try await chat.upload(by: ada)
            let sent = try await chat.picture(by: ada)
            try await chat.say("", [sent], in: room, by: ada)
            let expected: [(Attachment.ID, Refusal.Kind)] = [
                (others, .notFound), (waiting, .conflict), (file, .conflict), (sent, .conflict), (.random(), .notFound),
            ]
            for (attachment, kind) in expected {
                #expect(await refusal { try await setAvatar(.attachment(attachment), of: ada, in: chat) } == kind)
            }
            #expect(try await chat.store.people.user(ada).avatar?.id == own)
            #expect(try await chat.store.attachments.deleted(limit: 10).isEmpty)
            // A refusal must not have taken them into use either.
            try await chat.say("", [waiting, file], in: room, by: ada)
        }
    }

    @Test("Setting the same avatar again keeps it")
    func same() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let picture = try await chat.picture(by: ada)
            _ = try await setAvatar(.attachment(picture), of: ada, in: chat)
            #expect(try await setAvatar(.attachment(picture), of: ada, in: chat).avatar?.id == picture)
            #expect(try await chat.store.attachments.deleted(limit: 10).isEmpty)
        }
    }
}
