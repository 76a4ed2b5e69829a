import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import ChatSQLite

@Suite("Failures of renderings", .timeLimit(.standard))
struct FailureTests {
    /// A picture in a room, as its owner sees it.
    private struct World {
        let chat: TestChat
        let ada: User.ID
        let room: Room.ID
        let picture: Attachment.ID

        static func with(_ body: (World) async throws -> Void) async throws {
            try await withChat { chat in
                let ada = try await chat.person("ada")
                let room = try await chat.room(of: ada)
                let picture = try await chat.upload(.image, by: ada)
                try await chat.say("", [picture], in: room, by: ada)
                try await body(World(chat: chat, ada: ada, room: room, picture: picture))
            }
        }

        var status: Attachment.Status {
            get async throws { try await chat.store.attachments.attachment(picture, for: ada).status }
        }

        /// Tries the picture, which must be next, and fails.
        @discardableResult
        func fail(_ cause: RenderProblem.Cause) async throws -> Attachment.Failure? {
            #expect(try await chat.store.renderings.next()?.id == picture)
            let end = try await chat.store.renderings.recordFailure(picture, .sample(cause))
            guard case .failed(let failure) = end else { return nil }
            #expect(try await status == .failed(failure))
            return failure
        }

        func retry() async throws -> Attachment {
            try await chat.store.renderings.retry(picture, by: ada).value
        }
    }

    @Test("A faulty picture fails permanently with its reason, and the room receives the event")
    func picture() async throws {
        try await World.with { world in
            let failure = try await world.fail(.picture)
            #expect(failure == .init(code: "picture", detail: "Sample.", retryAt: nil))
            #expect(world.chat.follower.kinds(in: world.room).last == "attachment.failed")
            #expect(try await world.chat.store.renderings.next() == nil)
            #expect(try await world.chat.store.renderings.timeToNextRetry() == nil)
        }
    }

    @Test("A retry scheduled while the clock was days ahead is due at once when the clock is right again")
    func clockAhead() async throws {
        try await World.with { world in
            let ahead = Duration.seconds(3 * 86_400)
            world.chat.clock.advance(by: ahead)
            _ = try await world.fail(.file)
            world.chat.clock.advance(by: .zero - ahead)
            #expect(try await world.chat.store.renderings.timeToNextRetry() == .zero)
            #expect(try await world.chat.store.renderings.next()?.id == world.picture)
        }
    }

    @Test("I8: after a first crash a picture still waits and the room gets no event; after a second it has failed")
    func crash() async throws {
        try await World.with { world in
            let events = world.chat.follower.events.count
            let first = try await world.fail(.crash)
            #expect(first == nil)
            #expect(try await world.status == .processing)
            #expect(world.chat.follower.events.count == events)
            #expect(try await world.fail(.crash)?.code == Attachment.Failure.quarantined)
            #expect(try await world.chat.store.renderings.next() == nil)
            #expect(world.chat.follower.kinds(in: world.room).last == "attachment.failed")
        }
    }

    @Test("I8: an attempt that never ended counts as a crash, also across restarts")
    func interrupted() async throws {
        try await World.with { world in
            for isLast in [false, true] {
                #expect(try await world.chat.store.renderings.next()?.id == world.picture)
                let next = try Store(path: world.chat.path, synchronous: .normal, now: { world.chat.clock.now })
                #expect(try await next.renderings.interrupted() == [world.picture])
                let end = try await next.renderings.recordFailure(world.picture, .interrupted)
                #expect((end == .again) == !isLast)
                #expect(try await next.renderings.interrupted() == [])
            }
            #expect(try await world.chat.store.renderings.next() == nil)
        }
    }

    @Test("A withdrawn attempt counts neither as an attempt nor as interrupted")
    func withdrawn() async throws {
        try await World.with { world in
            for _ in 0..<5 {
                #expect(try await world.chat.store.renderings.next() == .init(id: world.picture, crashCount: 0))
                try await world.chat.store.renderings.withdrawAttempt(world.picture)
                #expect(try await world.chat.store.renderings.interrupted() == [])
            }
            #expect(try await world.fail(.crash) == nil)
        }
    }

    @Test("A picture beyond a resource limit is retried when it is due; clients see it as failed until then")
    func resourceLimit() async throws {
        try await World.with { world in
            let (chat, store) = (world.chat, world.chat.store)
            let due = chat.clock.now + .seconds(300)
            let failure = try await world.fail(.resourceLimit)
            #expect(failure == .init(code: "resourceLimit", detail: "Sample.", retryAt: due))
            #expect(try await store.renderings.next() == nil)
            #expect(try await store.renderings.timeToNextRetry() == .seconds(300))
            chat.clock.advance(by: .seconds(299))
            #expect(try await store.renderings.next() == nil)
            chat.clock.advance(by: .seconds(1))
            #expect(try await store.renderings.timeToNextRetry() == .zero)
            #expect(try await store.renderings.next() == .init(id: world.picture, crashCount: 1))
            #expect(try await world.status == .failed(.init(code: "resourceLimit", detail: "Sample.", retryAt: due)))
            #expect(try await store.renderings.finish(world.picture, variants: [.sample])?.status == .ready)
            #expect(chat.follower.kinds(in: world.room).suffix(2) == ["attachment.failed", "attachment.ready"])
            #expect(try await store.renderings.timeToNextRetry() == nil)
            #expect(try await store.renderings.counts() == (0, 0))
        }
    }

    @Test("I1: a scheduled retry is due after a restart, at the announced time")
    func restart() async throws {
        try await World.with { world in
            try await world.fail(.file)
            let later = world.chat.clock.now + .seconds(299)
            let next = try Store(path: world.chat.path, synchronous: .normal, now: { later })
            #expect(try await next.renderings.timeToNextRetry() == .seconds(1))
            #expect(try await next.renderings.counts() == (0, 1))
        }
    }

    @Test("An unreadable file is tried four times, and each failure has the time of the next attempt")
    func file() async throws {
        try await World.with { world in
            for delay in [300, 3600, 86_400] {
                let failure = try await world.fail(.file)
                #expect(failure?.retryAt == world.chat.clock.now + .seconds(delay))
                world.chat.clock.advance(by: .seconds(delay))
            }
            let events = world.chat.follower.kinds(in: world.room).count { $0 == "attachment.failed" }
            #expect(events == 3)
            let last = try await world.fail(.file)
            #expect(last != nil && last?.retryAt == nil)
            #expect(try await world.chat.store.renderings.next() == nil)
        }
    }

    @Test("A requested retry restarts the schedule, but keeps the crash count")
    func manualRetry() async throws {
        try await World.with { world in
            for _ in 0..<2 {
                world.chat.clock.advance(by: .seconds(3600))
                try await world.fail(.file)
            }
            #expect(try await world.retry().status == .processing)
            #expect(try await world.chat.store.renderings.timeToNextRetry() == nil)
            #expect(try await world.fail(.file)?.retryAt == world.chat.clock.now + .seconds(300))
            _ = try await world.retry()
            #expect(try await world.fail(.resourceLimit)?.retryAt != nil)
            _ = try await world.retry()
            #expect(try await world.fail(.crash)?.code == Attachment.Failure.quarantined)
        }
    }

    @Test("I8: a quarantined picture is never retried")
    func quarantine() async throws {
        try await World.with { world in
            for _ in 0..<2 { try await world.fail(.crash) }
            await #expect(throws: Refusal.self) { try await world.retry() }
            #expect(await refusal { try await world.retry() } == .conflict)
            world.chat.clock.advance(by: .seconds(1_000_000))
            #expect(await refusal { try await world.retry() } == .conflict)
            #expect(try await world.chat.store.renderings.next() == nil)
        }
    }

    @Test("A retry requested while an automatic one runs does not render the picture twice at once")
    func manualRetryWhileRunning() async throws {
        try await World.with { world in
            let renderings = world.chat.store.renderings
            try await world.fail(.file)
            world.chat.clock.advance(by: .seconds(300))
            #expect(try await renderings.next()?.id == world.picture)
            #expect(try await world.retry().status == .processing)
            #expect(try await renderings.next() == nil)
            #expect(try await renderings.counts() == (1, 0))
            #expect(try await renderings.interrupted() == [world.picture])
            #expect(try await renderings.finish(world.picture, variants: [.sample])?.status == .ready)
        }
    }

    @Test("Only failed pictures can be retried, and only by people who can see them")
    func refusedRetry() async throws {
        try await World.with { world in
            let eve = try await world.chat.person("eve")
            #expect(await refusal { try await world.retry() } == .conflict)
            try await world.fail(.picture)
            #expect(await refusal { try await world.chat.store.renderings.retry(world.picture, by: eve) } == .notFound)
            #expect(try await world.retry().status == .processing)
        }
    }

    @Test("I5: a picture deleted meanwhile is neither retried nor finished")
    func deleted() async throws {
        try await World.with { world in
            let store = world.chat.store
            try await world.fail(.resourceLimit)
            try await store.rooms.delete(world.room, by: world.ada)
            world.chat.clock.advance(by: .seconds(300))
            #expect(try await store.renderings.next() == nil)
            #expect(try await store.renderings.timeToNextRetry() == nil)
            #expect(try await store.renderings.recordFailure(world.picture, .sample(.file)) == nil)
            #expect(try await store.renderings.finish(world.picture, variants: [.sample]) == nil)
        }
    }
}
