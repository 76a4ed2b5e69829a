import Foundation
import SnugClient
import TestSupport
import Testing

@Suite("What any mixture of events tells is what is fetched", .timeLimit(.standard))
struct MixedEqualityTests {
    private static let rounds = 5
    private static let deeds = 12

    /// Set `SNUG_EQUALITY_SEED` to play the same deeds again.
    private static var seed: UInt64 {
        ProcessInfo.processInfo.environment["SNUG_EQUALITY_SEED"].flatMap(UInt64.init) ?? .random(in: 1...1_000_000)
    }

    @Test("I2: whatever people do at once, their clients end up with what is fetched, away meanwhile or not")
    func mixture() async throws {
        let seed = Self.seed
        do {
            try await withServer { server in
                try await play(at: server.site, SeededRandom(seed: seed))
            }
        } catch {
            Issue.record("SNUG_EQUALITY_SEED=\(seed): \(error)")
        }
    }

    private func play(at site: Site, _ random: SeededRandom) async throws {
        var (random, people, devices) = (random, [Person](), [Device]())
        for name in ["ada", "bob", "cleo", "dora"] { people.append(try await site.register(name)) }
        for kind in ["public", "private"] { _ = try await people[0].makeRoom(kind: kind, with: Array(people[1...])) }
        for person in people + people { devices.append(try await Device(of: person)) }
        for _ in 0..<Self.rounds {
            for index in devices.indices where Bool.random(using: &random) { try await devices[index].goAway() }
            try await act(people, &random)
            for index in devices.indices where devices[index].isAway && Bool.random(using: &random) {
                try await devices[index].comeBack()
            }
            try await act(people, &random)
            for index in devices.indices {
                if devices[index].isAway { try await devices[index].comeBack() }
                try await devices[index].settle()
            }
        }
        #expect(devices.contains { $0.heard.isSuperset(of: ["message.created", "attachment.ready", "member.left"]) })
    }

    /// Everybody does several things, one after the other, and all of them at once.
    private func act(_ people: [Person], _ random: inout SeededRandom) async throws {
        try await withThrowingTaskGroup { group in
            for person in people {
                let others = people.filter { $0.id != person.id }
                var doer = Doer(person, others, SeededRandom(seed: random.next()))
                group.addTask {
                    try await doer.look()
                    for _ in 0..<Self.deeds { try await doer.doSomething() }
                }
            }
            try await group.waitForAll()
        }
    }
}
