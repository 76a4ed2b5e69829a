import Foundation
import SnugClient
import TestSupport
import Testing

@Suite("State from events equals fetched state after random actions", .timeLimit(.standard))
struct RandomActionTests {
    private static let rounds = 5
    private static let actions = 12

    /// Set `SNUG_EQUALITY_SEED` to repeat a run.
    private static var seed: UInt64 {
        ProcessInfo.processInfo.environment["SNUG_EQUALITY_SEED"].flatMap(UInt64.init) ?? .random(in: 1...1_000_000)
    }

    @Test("I2: after random concurrent actions, clients that stayed and clients that resumed have the fetched state")
    func randomActions() async throws {
        let seed = Self.seed
        do {
            try await withServer { server in
                try await run(at: server.site, SeededRandom(seed: seed))
            }
        } catch {
            Issue.record("SNUG_EQUALITY_SEED=\(seed): \(error)")
        }
    }

    private func run(at site: Site, _ random: SeededRandom) async throws {
        var (random, people, clients) = (random, [Person](), [SyncedClient]())
        for name in ["ada", "bob", "cleo", "dora"] { people.append(try await site.register(name)) }
        for kind in ["public", "private"] { _ = try await people[0].makeRoom(kind: kind, with: Array(people[1...])) }
        for person in people + people { clients.append(try await SyncedClient(of: person)) }
        for _ in 0..<Self.rounds {
            for index in clients.indices where Bool.random(using: &random) { try await clients[index].disconnect() }
            try await act(people, &random)
            for index in clients.indices where clients[index].isDisconnected && Bool.random(using: &random) {
                try await clients[index].reconnect()
            }
            try await act(people, &random)
            for index in clients.indices {
                if clients[index].isDisconnected { try await clients[index].reconnect() }
                try await clients[index].catchUp()
            }
        }
        let expectedTypes: Set = ["message.created", "attachment.ready", "member.left"]
        #expect(clients.contains { $0.receivedTypes.isSuperset(of: expectedTypes) })
    }

    /// Everybody performs several actions one after the other, and all people at the same time.
    private func act(_ people: [Person], _ random: inout SeededRandom) async throws {
        try await withThrowingTaskGroup { group in
            for person in people {
                let others = people.filter { $0.id != person.id }
                var actor = ChatActor(person, others, SeededRandom(seed: random.next()))
                group.addTask {
                    try await actor.refresh()
                    for _ in 0..<Self.actions { try await actor.performRandomAction() }
                }
            }
            try await group.waitForAll()
        }
    }
}
