import Foundation
import SnugClient
import TestSupport
import Testing

@Suite("Nothing is lost", .timeLimit(.standard))
struct LossTests {
    private static let messages = 20_000
    private static let talkers = 4
    private static let hearers = 5

    /// Set `SNUG_LOSS_SEED` to run one again.
    private static var seed: UInt64 {
        ProcessInfo.processInfo.environment["SNUG_LOSS_SEED"].flatMap(UInt64.init) ?? .random(in: 1...1_000_000)
    }

    @Test("I1, I2, I3: everybody hears every acknowledged message once and in order, whatever breaks meanwhile")
    func everythingArrives() async throws {
        let seed = Self.seed
        do {
            try await run(seed: seed)
        } catch {
            Issue.record("SNUG_LOSS_SEED=\(seed): \(error)")
        }
    }

    private func run(seed: UInt64) async throws {
        try await withMemoryFolder { storage in
            let whereabouts = Whereabouts()
            let tally = Tally()
            let world = try await withServerProcess(storage: storage) { server in
                try await World.make(at: server.site, talkers: Self.talkers, hearers: Self.hearers)
            }.result
            try await withThrowingTaskGroup(of: Hearer?.self) { group in
                group.addTask {
                    try await live(storage, whereabouts, tally)
                    return nil
                }
                addTalkers(to: &group, world, whereabouts, tally, seed)
                addHearers(to: &group, world, whereabouts, tally, seed)
                do {
                    for try await hearer in group { if let hearer { try await check(hearer, world, tally) } }
                } catch {
                    await tally.giveUp()
                    await whereabouts.giveUp()
                    throw error
                }
            }
        }
    }

    /// Two servers that are killed in the middle of everything, and one that sees the end.
    private func live(_ storage: String, _ whereabouts: Whereabouts, _ tally: Tally) async throws {
        for share in 1...3 {
            _ = try await withServerProcess(storage: storage) { server in
                await whereabouts.moved(to: server.site)
                await tally.reach(Self.messages * share / 3)
                guard share < 3 else { return await tally.wholeIsHeard() }
                await whereabouts.gone()
                try server.kill()
            }
        }
    }

    private func addTalkers(
        to group: inout ThrowingTaskGroup<Hearer?, any Error>,
        _ world: World,
        _ whereabouts: Whereabouts,
        _ tally: Tally,
        _ seed: UInt64
    ) {
        for (number, person) in world.talkers.enumerated() {
            group.addTask {
                var talker = Talker(
                    person: person,
                    rooms: world.rooms,
                    whereabouts: whereabouts,
                    tally: tally,
                    random: SeededRandom(seed: seed &* 1000 &+ UInt64(number))
                )
                try await talker.say(Self.messages / Self.talkers)
                return nil
            }
        }
    }

    private func addHearers(
        to group: inout ThrowingTaskGroup<Hearer?, any Error>,
        _ world: World,
        _ whereabouts: Whereabouts,
        _ tally: Tally,
        _ seed: UInt64
    ) {
        for (number, person) in world.hearers.enumerated() {
            group.addTask {
                var hearer = Hearer(
                    person,
                    whereabouts,
                    cursor: world.cursor,
                    seqs: world.seqs,
                    random: SeededRandom(seed: seed &* 1000 &+ 500 &+ UInt64(number))
                )
                try await hearer.listen { await tally.ends(of: world.rooms, Self.messages) }
                await tally.heardAll(of: Self.hearers)
                return hearer
            }
        }
    }

    private func check(_ hearer: Hearer, _ world: World, _ tally: Tally) async throws {
        for room in world.rooms {
            let expected = await tally.messages(in: room)
            #expect(!expected.isEmpty)
            #expect(hearer.messages[room] == expected)
        }
        #expect(hearer.resumes > 0)
    }
}

/// Who and where.
private struct World: Sendable {
    let talkers: [Person]
    let hearers: [Person]
    let rooms: [String]
    /// Where the hearers begin, and the rooms' newest numbers there.
    let cursor: String
    let seqs: [String: Int]

    static func make(at site: Site, talkers: Int, hearers: Int) async throws -> World {
        var people: [Person] = []
        for number in 0..<talkers + hearers { people.append(try await site.register("person\(number)")) }
        var rooms: [String] = []
        for _ in 0..<2 { rooms.append(try await people[0].makeRoom(with: Array(people[1...])).id.text) }
        var seqs: [String: Int] = [:]
        for room in rooms { seqs[room] = try await people[0].get("rooms/\(room)").json.last_seq.number }
        return World(
            talkers: Array(people[..<talkers]),
            hearers: Array(people[talkers...]),
            rooms: rooms,
            cursor: try await people[0].poll().cursor.text,
            seqs: seqs
        )
    }
}
