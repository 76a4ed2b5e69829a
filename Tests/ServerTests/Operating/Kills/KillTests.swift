import Foundation
import SnugClient
import TestSupport
import Testing

// Longer than other tests may take, because the number of kills can be set.
@Suite("Kills", .timeLimit(.minutes(60)))
struct KillTests {
    /// Set `SNUG_KILLS=3000` for a longer run, and `SNUG_KILL_SEED` to repeat one.
    private static let kills = number("SNUG_KILLS") ?? 300
    private static let seed = number("SNUG_KILL_SEED") ?? Int.random(in: 0...Int.max)
    /// Storages, each with its own server, janitor and kills.
    private static let lanes = 4

    private static func number(_ variable: String) -> Int? {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
    }

    @Test("I1, I5: server and janitor, killed between any two changes of the disk, lose nothing and leave nothing")
    func kills() async throws {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for lane in 0..<Self.lanes {
                group.addTask {
                    try await withMemoryFolder { folder in
                        var storage = try KilledStorage(in: folder, seed: Self.seed &+ lane)
                        for _ in 0..<Self.kills / Self.lanes { try await storage.killOnce() }
                        try await storage.checkAtTheEnd()
                        return storage.killCount
                    }
                }
            }
            let count = try await group.reduce(0, +)
            // Some rounds end before the call at which they would have been killed.
            #expect(count > Self.kills / 2, "seed \(Self.seed)")
        }
    }
}
