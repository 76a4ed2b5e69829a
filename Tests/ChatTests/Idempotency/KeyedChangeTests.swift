import TestSupport
import Testing

@testable import Chat

@Suite("Changes with an idempotency key", .timeLimit(.standard))
struct KeyedChangeTests {
    @Test(
        "I3: The same request returns the result of the first one, and creates nothing",
        arguments: KeyedChange.allCases
    )
    func again(change: KeyedChange) async throws {
        try await KeyedWorld.with { world in
            let first = try await world.make(change, world.once())
            #expect(!first.isRepeat)
            let (rows, events) = (try await world.rows(), world.chat.follower.events.count)
            let second = try await world.make(change, world.once())
            #expect(second.isRepeat && second.id == first.id)
            #expect(try await world.rows() == rows)
            #expect(world.chat.follower.events.count == events)
        }
    }

    @Test("I3: Another request with the same key is refused and changes nothing", arguments: KeyedChange.allCases)
    func mismatch(change: KeyedChange) async throws {
        try await KeyedWorld.with { world in
            _ = try await world.make(change, world.once())
            let rows = try await world.rows()
            #expect(await refusal { try await world.make(change, world.once(asking: "that")) } == .keyReused)
            #expect(try await world.rows() == rows)
        }
    }

    @Test("I3: Of twenty concurrent requests exactly one creates something", arguments: KeyedChange.allCases)
    func together(change: KeyedChange) async throws {
        try await KeyedWorld.with { world in
            let results = try await withThrowingTaskGroup(of: KeyedChange.Result.self) { group in
                for _ in 0..<20 { group.addTask { try await world.make(change, world.once()) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.filter { !$0.isRepeat }.count == 1)
            #expect(Set(results.map(\.id)).count == 1)
            #expect(try await world.rows()["idempotency_keys"] == 1)
        }
    }

    @Test("Another key, another route or another person is another request")
    func others() async throws {
        try await KeyedWorld.with { world in
            let requests = [
                world.once(), world.once("other"), world.once(route: "other"), world.once(of: world.bob),
            ]
            var ids: Set<String> = []
            for request in requests {
                let made = try await world.make(.message, request)
                #expect(!made.isRepeat)
                ids.insert(made.id)
            }
            #expect(ids.count == requests.count)
        }
    }

    @Test("Keys of people and of names are separate, and the case of names does not matter")
    func scopes() {
        let name = OnceKey(ofNamed: "Ada", route: "r", text: "k")
        #expect(name == OnceKey(ofNamed: "ada", route: "r", text: "k"))
        #expect(name != OnceKey(ofNamed: "bob", route: "r", text: "k"))
        #expect(name != OnceKey(ofNamed: "ada", route: "s", text: "k"))
        #expect(name.scope.count == 32)
        #expect(OnceKey(of: .random(), route: "r", text: "k").scope.count == 16)
    }

    @Test("Parts of a request are delimited, so that different requests have different hashes")
    func parts() {
        let key = OnceKey(ofNamed: "ada", route: "r", text: "k")
        let requests = [["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""]].map { parts in
            OnceRequest(key, parts: parts.map { .init($0.utf8) })
        }
        #expect(Set(requests.map(\.fingerprint)).count == requests.count)
    }

    @Test(
        "I3: A key is kept for 24 hours and can be used again afterwards",
        arguments: [KeyedChange.room, .message, .upload]
    )
    func expiry(change: KeyedChange) async throws {
        try await KeyedWorld.with { world in
            let first = try await world.make(change, world.once())
            world.chat.clock.advance(by: OnceKey.lifetime - .milliseconds(1))
            #expect(try await world.make(change, world.once()).isRepeat)
            world.chat.clock.advance(by: .milliseconds(1))
            let later = try await world.make(change, world.once(asking: "that"))
            #expect(!later.isRepeat && later.id != first.id)
            #expect(try await world.make(change, world.once(asking: "that")).id == later.id)
            #expect(try await world.rows()["idempotency_keys"] == 1)
        }
    }

    @Test("I3: A repeat does not extend the lifetime of its key")
    func noProlonging() async throws {
        try await KeyedWorld.with { world in
            _ = try await world.make(.message, world.once())
            world.chat.clock.advance(by: .seconds(20 * 3600))
            #expect(try await world.make(.message, world.once()).isRepeat)
            world.chat.clock.advance(by: .seconds(4 * 3600))
            #expect(try await world.make(.message, world.once()).isRepeat == false)
        }
    }

    @Test("A refused request does not use its key")
    func unusedKey() async throws {
        try await KeyedWorld.with { world in
            let store = world.chat.store
            let draft = Draft(body: "hello", attachmentIDs: [.random()])
            let why = await refusal {
                try await store.messages.post(draft, in: world.room, by: world.ada, once: world.once())
            }
            #expect(why == .notFound)
            #expect(try await world.rows()["idempotency_keys"] == 0)
            let mended = try await world.make(.message, world.once(asking: "that"))
            #expect(!mended.isRepeat)
        }
    }

    @Test("A repeat by client message id uses the idempotency key too")
    func bothKeys() async throws {
        try await KeyedWorld.with { world in
            let store = world.chat.store
            let draft = Draft(body: "once", clientMessageID: .random())
            let first = try await store.messages.post(draft, in: world.room, by: world.ada)
            for _ in 0..<2 {
                let again = try await store.messages.post(draft, in: world.room, by: world.ada, once: world.once())
                #expect(again.isRepeat && again.message.id == first.message.id)
            }
            let other = Draft(body: "other")
            let refused = await refusal {
                try await store.messages.post(other, in: world.room, by: world.ada, once: world.once(asking: "other"))
            }
            #expect(refused == .keyReused)
        }
    }

    @Test("A repeat returns the current state, not the original one")
    func asItIsNow() async throws {
        try await KeyedWorld.with { world in
            let store = world.chat.store
            let first = try await store.messages.post(
                Draft(body: "once"),
                in: world.room,
                by: world.ada,
                once: world.once()
            )
            try await store.messages.delete(first.message.id, in: world.room, by: world.ada)
            let again = try await store.messages.post(
                Draft(body: "once"),
                in: world.room,
                by: world.ada,
                once: world.once()
            )
            #expect(again.isRepeat && again.message.body.isEmpty && again.message.deletedAt != nil)
        }
    }
}
