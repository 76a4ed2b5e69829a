import Foundation
import SnugClient
import TestSupport
import Testing

@Suite("Delivery without loss", .timeLimit(.standard))
struct DeliveryLossTests {
    private static let messages = 20_000
    private static let writers = 4
    private static let readers = 5

    /// Set `SNUG_LOSS_SEED` to repeat a run.
    private static var seed: UInt64 {
        ProcessInfo.processInfo.environment["SNUG_LOSS_SEED"].flatMap(UInt64.init) ?? .random(in: 1...1_000_000)
    }

    @Test("I1, I2, I3: despite kills and disconnections, readers receive every acknowledged message once and in order")
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
            let location = ServerLocation()
            let log = AckLog()
            let world = try await withServerProcess(storage: storage) { server in
                try await World.make(at: server.site, writers: Self.writers, readers: Self.readers)
            }.result
            try await withThrowingTaskGroup(of: EventReader?.self) { group in
                group.addTask {
                    try await runServers(storage, location, log)
                    return nil
                }
                addWriters(to: &group, world, location, log, seed)
                addReaders(to: &group, world, location, log, seed)
                do {
                    for try await reader in group { if let reader { await check(reader, world, log) } }
                } catch {
                    await log.abort()
                    await location.abort()
                    throw error
                }
            }
        }
    }

    /// Runs two servers that are killed while messages are written, and one that runs to the end.
    private func runServers(_ storage: String, _ location: ServerLocation, _ log: AckLog) async throws {
        for share in 1...3 {
            _ = try await withServerProcess(storage: storage) { server in
                await location.set(server.site)
                await log.waitForCount(Self.messages * share / 3)
                guard share < 3 else { return await log.waitForReaders() }
                await location.clear()
                try server.kill()
            }
        }
    }

    private func addWriters(
        to group: inout ThrowingTaskGroup<EventReader?, any Error>,
        _ world: World,
        _ location: ServerLocation,
        _ log: AckLog,
        _ seed: UInt64
    ) {
        for (number, person) in world.writers.enumerated() {
            group.addTask {
                var writer = MessageWriter(
                    person: person,
                    rooms: world.rooms,
                    location: location,
                    log: log,
                    random: SeededRandom(seed: seed &* 1000 &+ UInt64(number))
                )
                try await writer.write(Self.messages / Self.writers)
                return nil
            }
        }
    }

    private func addReaders(
        to group: inout ThrowingTaskGroup<EventReader?, any Error>,
        _ world: World,
        _ location: ServerLocation,
        _ log: AckLog,
        _ seed: UInt64
    ) {
        for (number, person) in world.readers.enumerated() {
            group.addTask {
                var reader = EventReader(
                    person,
                    location,
                    cursor: world.cursor,
                    seqs: world.seqs,
                    random: SeededRandom(seed: seed &* 1000 &+ 500 &+ UInt64(number))
                )
                try await reader.read { await log.lastSeqs(of: world.rooms, Self.messages) }
                await log.finishReader(of: Self.readers)
                return reader
            }
        }
    }

    private func check(_ reader: EventReader, _ world: World, _ log: AckLog) async {
        for room in world.rooms {
            let expected = await log.messages(in: room)
            #expect(!expected.isEmpty)
            #expect(reader.messages[room] == expected)
        }
        #expect(reader.resumes > 0)
    }
}

/// The people and their rooms.
private struct World: Sendable {
    let writers: [Person]
    let readers: [Person]
    let rooms: [String]
    /// The position at which readers start, and the newest number of each room there.
    let cursor: String
    let seqs: [String: Int]

    static func make(at site: Site, writers: Int, readers: Int) async throws -> World {
        var people: [Person] = []
        for number in 0..<writers + readers { people.append(try await site.register("person\(number)")) }
        var rooms: [String] = []
        for _ in 0..<2 { rooms.append(try await people[0].makeRoom(with: Array(people[1...])).id.text) }
        var seqs: [String: Int] = [:]
        for room in rooms { seqs[room] = try await people[0].get("rooms/\(room)").json.last_seq.number }
        return World(
            writers: Array(people[..<writers]),
            readers: Array(people[writers...]),
            rooms: rooms,
            cursor: try await people[0].poll().cursor.text,
            seqs: seqs
        )
    }
}
