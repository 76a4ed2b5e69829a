import TestSupport
import Testing
import Vocabulary

@testable import Chat

@Suite("Cached memberships", .timeLimit(.standard))
struct MembershipCacheTests {
    private let cache = MembershipCache()
    private let room = Room.ID.random()
    private let user = User.ID.random()

    private func event(_ content: Event.Content) -> Event {
        Event(position: 1, roomID: room, seq: 1, at: Timestamp(milliseconds: 0), content: content)
    }

    @Test("A membership is cached until the event that ends it")
    func ends() {
        for end in [Event.Content.memberLeft(user), .roomDeleted] {
            cache.insert(user, in: room, generation: cache.generation)
            #expect(cache.contains(user, in: room))
            #expect(!cache.contains(user, in: .random()))
            cache.forget(endedBy: [event(.memberLeft(.random()))])
            #expect(cache.contains(user, in: room))
            cache.forget(endedBy: [event(end)])
            #expect(!cache.contains(user, in: room))
        }
    }

    @Test("A membership that was read before a membership ended is not cached after it")
    func outdated() {
        let generation = cache.generation
        cache.forget(endedBy: [event(.memberLeft(user))])
        cache.insert(user, in: room, generation: generation)
        #expect(!cache.contains(user, in: room))
    }

    @Test("I8: The number of cached memberships is limited")
    func bounded() {
        for _ in 0...MembershipCache.capacity { cache.insert(.random(), in: room, generation: 0) }
        cache.insert(user, in: room, generation: 0)
        #expect(cache.contains(user, in: room))
    }

    @Test("I7: A removed member cannot read, even directly after reading")
    func removed() async throws {
        try await withChat { chat in
            let people = try await chat.people(2)
            let room = try await chat.room(of: people[0], with: [people[1]])
            let read = { try await chat.store.messages.page(of: room, at: .newest, limit: 1, for: people[1]) }
            for _ in 0..<3 {
                _ = try await read()
                try await chat.store.rooms.removeMember(people[1], from: room, by: people[0])
                #expect(await refusal(read) == .notFound)
                _ = try await chat.add(people[1], to: room, role: .member, by: people[0])
            }
            _ = try await read()
            try await chat.store.rooms.delete(room, by: people[0])
            #expect(await refusal(read) == .notFound)
        }
    }
}
