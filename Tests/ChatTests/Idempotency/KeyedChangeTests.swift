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
            let first = try await world.make(change, world.request())
            #expect(!first.isReplay)
            let (rows, events) = (try await world.rows(), world.chat.follower.events.count)
            let second = try await world.make(change, world.request())
            #expect(second.isReplay && second.id == first.id)
            #expect(try await world.rows() == rows)
            #expect(world.chat.follower.events.count == events)
        }
    }

    @Test("I3: Another request with the same key is refused and changes nothing", arguments: KeyedChange.allCases)
    func mismatch(change: KeyedChange) async throws {
        try await KeyedWorld.with { world in
            _ = try await world.make(change, world.request())
            let rows = try await world.rows()
            #expect(await refusal { try await world.make(change, world.request(asking: "that")) } == .keyReused)
            #expect(try await world.rows() == rows)
        }
    }

    @Test("I3: Of twenty concurrent requests exactly one creates something", arguments: KeyedChange.allCases)
    func together(change: KeyedChange) async throws {
        try await KeyedWorld.with { world in
            let results = try await withThrowingTaskGroup(of: KeyedChange.Result.self) { group in
                for _ in 0..<20 { group.addTask { try await world.make(change, world.request()) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.filter { !$0.isReplay }.count == 1)
            #expect(Set(results.map(\.id)).count == 1)
            #expect(try await world.rows()["idempotency_keys"] == 1)
        }
    }

    @Test("Another key, another route or another person is another request")
    func others() async throws {
        try await KeyedWorld.with { world in
            let requests = [
                world.request(), world.request("other"), world.request(route: "other"), world.request(of: world.bob),
            ]
            var ids: Set<String> = []
            for request in requests {
                let made = try await world.make(.message, request)
                #expect(!made.isReplay)
                ids.insert(made.id)
            }
            #expect(ids.count == requests.count)
        }
    }

    @Test("Keys of people and of names are separate, and the case of names does not matter")
    func scopes() {
        let name = IdempotencyKey(ofNamed: "Ada", route: "r", text: "k")
        #expect(name == IdempotencyKey(ofNamed: "ada", route: "r", text: "k"))
        #expect(name != IdempotencyKey(ofNamed: "bob", route: "r", text: "k"))
        #expect(name != IdempotencyKey(ofNamed: "ada", route: "s", text: "k"))
        #expect(name.scope.count == 32)
        #expect(IdempotencyKey(of: .random(), route: "r", text: "k").scope.count == 16)
    }

    @Test("Parts of a request are delimited, so that different requests have different hashes")
    func parts() {
        let key = IdempotencyKey(ofNamed: "ada", route: "r", text: "k")
        let requests = [["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""]].map { parts in
            IdempotentRequest(key, parts: parts.map { .init($0.utf8) })
        }
        #expect(Set(requests.map(\.fingerprint)).count == requests.count)
    }

    @Test(
        "I3: A key is kept for 24 hours and can be used again afterwards",
        arguments: [KeyedChange.room, .message, .upload]
    )
    func expiry(change: KeyedChange) async throws {
        try await KeyedWorld.with { world in
            let first = try await world.make(change, world.request())
            world.chat.clock.advance(by: IdempotencyKey.lifetime - .milliseconds(1))
            #expect(try await world.make(change, world.request()).isReplay)
            world.chat.clock.advance(by: .milliseconds(1))
            let later = try await world.make(change, world.request(asking: "that"))
            #expect(!later.isReplay && later.id != first.id)
            #expect(try await world.make(change, world.request(asking: "that")).id == later.id)
            #expect(try await world.rows()["idempotency_keys"] == 1)
        }
    }

    @Test("I3: A repeat does not extend the lifetime of its key")
    func noProlonging() async throws {
        try await KeyedWorld.with { world in
            _ = try await world.make(.message, world.request())
            world.chat.clock.advance(by: .seconds(20 * 3600))
            #expect(try await world.make(.message, world.request()).isReplay)
            world.chat.clock.advance(by: .seconds(4 * 3600))
            #expect(try await world.make(.message, world.request()).isReplay == false)
        }
    }

    @Test("A refused request does not use its key")
    func unusedKey() async throws {
        try await KeyedWorld.with { world in
            let store = world.chat.store
            let draft = Draft(body: "hello", attachmentIDs: [.random()])
            let why = await refusal {
                try await store.messages.post(draft, in: world.room, by: world.ada, request: world.request())
            }
            #expect(why == .notFound)
            #expect(try await world.rows()["idempotency_keys"] == 0)
            let mended = try await world.make(.message, world.request(asking: "that"))
            #expect(!mended.isReplay)
        }
    }

    @Test("A repeat by client message id uses the idempotency key too")
    func bothKeys() async throws {
        try await KeyedWorld.with { world in
            let store = world.chat.store
            let draft = Draft(body: "once", clientMessageID: .random())
            let first = try await store.messages.post(draft, in: world.room, by: world.ada)
            for _ in 0..<2 {
                let again = try await store.messages.post(
                    draft,
                    in: world.room,
                    by: world.ada,
                    request: world.request()
                )
                #expect(again.isReplay && again.message.id == first.message.id)
            }
            let other = Draft(body: "other")
            let refused = await refusal {
                try await store.messages.post(
                    other,
                    in: world.room,
                    by: world.ada,
                    request: world.request(asking: "other")
                )
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
                request: world.request()
            )
            try await store.messages.delete(first.message.id, in: world.room, by: world.ada)
            let again = try await store.messages.post(
                Draft(body: "once"),
                in: world.room,
                by: world.ada,
                request: world.request()
            )
            #expect(again.isReplay && again.message.body.isEmpty && again.message.deletedAt != nil)
        }
    }
}
