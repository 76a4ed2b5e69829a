import Foundation
import SnugClient
import TestSupport
import Testing

// Longer than other tests may take, because the number of disks can be set.
@Suite("Power cuts", .timeLimit(.minutes(60)))
struct PowerCutTests {
    /// Set `SNUG_POWER_CUTS=1000` for a longer run, and `SNUG_POWER_CUT_SEED` to repeat one.
    private static let disks = number("SNUG_POWER_CUTS") ?? 40
    private static let seed = number("SNUG_POWER_CUT_SEED") ?? Int.random(in: 0...Int.max)
    /// Servers that run at once.
    private static let lanes = 4

    private static func number(_ variable: String) -> Int? {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
    }

    @Test("I1, I5: whatever disk a power cut leaves, the server starts and has all that it acknowledged")
    func cuts() async throws {
        try await withMemoryFolder { folder in
            let recorder = try DiskRecorder(in: folder)
            let run = try await RecordedRun.make(storage: "\(folder)/storage", recorder: recorder)
            let history = try recorder.history
            #expect(run.messages.count > 50 && run.uploads.count > 5)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<Self.lanes {
                    group.addTask {
                        for number in stride(from: lane, to: Self.disks, by: Self.lanes) {
                            try await check(run, history, number, in: "\(folder)/disk-\(number)")
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    /// Starts a server on one disk and compares what it has with what was acknowledged before the cut.
    private func check(_ run: RecordedRun, _ history: DiskHistory, _ number: Int, in folder: String) async throws {
        var random = SeededRandom(seed: UInt64(truncatingIfNeeded: Self.seed &+ number))
        let cut = Int.random(in: 1...history.count, using: &random)
        let name = Comment("disk \(number) of seed \(Self.seed), after \(cut) of \(history.count) changes")
        let storage = "\(folder)/storage"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try history.disk(after: cut, using: &random).write(below: run.storage, to: storage)
        try CutDisk.renewMark(in: storage)
        let acknowledged = run.acknowledged { history.count(within: $0) <= cut }
        do {
            let (_, ended) = try await withServerProcess(storage: storage) { server in
                guard let acknowledged else { return }
                try await acknowledged.check(run.person.at(server.site), name)
            }
            #expect(ended.status == .exited(0), name)
            let fsck = try await runProgram([Executables.janitor, "fsck", "--storage", storage])
            #expect(fsck.status == .exited(0), "\(name): \(fsck.output)")
        } catch {
            Issue.record(error, name)
        }
    }
}
