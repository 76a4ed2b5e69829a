import TestSupport
import Testing
import Vocabulary

@testable import Chat

@Suite("Memberships that are remembered", .timeLimit(.standard))
struct MembershipCacheTests {
    private let cache = MembershipCache()
    private let room = Room.ID.random()
    private let user = User.ID.random()

    private func event(_ content: Event.Content) -> Event {
        Event(position: 1, roomID: room, seq: 1, at: Timestamp(milliseconds: 0), content: content)
    }

    @Test("A membership is remembered until the event that ends it")
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

    @Test("A membership that was read before one ended is not remembered after")
    func outdated() {
        let generation = cache.generation
        cache.forget(endedBy: [event(.memberLeft(user))])
        cache.insert(user, in: room, generation: generation)
        #expect(!cache.contains(user, in: room))
    }

    @Test("I8: So many are remembered and no more")
    func bounded() {
        for _ in 0...MembershipCache.capacity { cache.insert(.random(), in: room, generation: 0) }
        cache.insert(user, in: room, generation: 0)
        #expect(cache.contains(user, in: room))
    }

    @Test("I7: Who is removed may not read, however lately they could")
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
