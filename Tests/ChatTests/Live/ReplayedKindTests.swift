import TestSupport
import Testing

@testable import Chat

@Suite("Kinds of events", .timeLimit(.standard))
struct ReplayedKindTests {
    /// A chat in which everything happens to Ada and Bob that an event tells of.
    private func makeEverythingHappen(_ chat: TestChat) async throws -> (ada: User.ID, room: Room.ID) {
        let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
        let store = chat.store
        let room = try await chat.room(.public, of: ada, with: [bob])
        let pictures = [try await chat.upload(.image, by: ada), try await chat.upload(.image, by: ada)]
        let message = try await chat.say("words", pictures, in: room, by: ada)
        _ = try await store.renderings.finish(pictures[0], variants: [.sample])
        _ = try await store.renderings.recordFailure(pictures[1], .sample(.picture))
        _ = try await store.messages.edit(message.id, in: room, body: "other words", by: ada)
        let other = try await chat.say("gone", in: room, by: bob)
        try await store.messages.delete(other.id, in: room, by: bob)
        _ = try await store.rooms.update(room, name: "Name", topic: nil, by: ada)
        _ = try await store.rooms.setRole(.admin, of: bob, in: room, by: ada)
        try await store.rooms.removeMember(bob, from: room, by: bob)
        return (ada, room)
    }

    @Test("I2: Every kind of event can be replayed, with its reference")
    func everyKind() async throws {
        try await withChat { chat in
            let (ada, room) = try await makeEverythingHappen(chat)
            let deleted = try await chat.room(of: ada)
            try await chat.store.rooms.delete(deleted, by: ada)
            let published = chat.follower.events.filter { $0.roomID == room || $0.kind == "room.deleted" }
            #expect(Set(published.map(\.kind)) == Set(Event.Kind.allCases.map(\.rawValue)))
            let cursor = Cursor(epoch: chat.store.epoch, position: 0)
            let replayed = try #require(try await chat.store.events.resumeSnapshot(for: ada, after: cursor).missed)
                .events
            #expect(replayed.map(\.kind) == published.map(\.kind))
            #expect(replayed.map(\.position) == published.map(\.position))
            #expect(replayed.map(\.seq) == published.map(\.seq))
            #expect(replayed.map(\.logged.reference) == published.map(\.logged.reference))
        }
    }

    @Test("A message stores the last event that changed it, not the one that created it")
    func changes() async throws {
        try await withChat { chat in
            let (_, room) = try await makeEverythingHappen(chat)
            let changes = chat.follower.events.filter { $0.roomID == room && $0.content.changedMessage != nil }
            #expect(
                changes.map(\.kind) == ["attachment.ready", "attachment.failed", "message.edited", "message.deleted"]
            )
            let numbers = try await chat.numbers("SELECT changed_seq FROM messages ORDER BY seq")
            #expect(numbers == [changes[2].seq, changes[3].seq])
        }
    }
}
