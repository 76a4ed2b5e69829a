import ArgumentParser
import Fixtures
import Foundation
import Logging
import Media
import Mutation
import NIOPosix
import Pictures

/// Passes damaged files through inspection, the real worker and the archive: each must end as a plain file, a failure
/// or a picture, leave nothing behind, and a truncated picture must not look complete.
struct WorkerRun {
    /// One in this many rounds truncates a fixture without other damage.
    private static let roundsPerCut = 8
    /// Concurrent rounds: the worker renders one while the files of another are committed.
    private static let lanes = 2

    let seed: UInt64

    /// - Throws: `ExitCode.failure` when a rule is violated, after printing it and writing the input to a file.
    func run(_ rounds: Range<Int>) async throws {
        let folder = "\(Self.memory)/snug-fuzz-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let media = try MediaFolder(folder)
        let (spool, archive) = (Spool(in: media), DiskArchive(media))
        let worker = WorkerSupervisor(
            executable: try Self.worker(),
            formats: Set(FileKind.allCases),
            logger: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }
        )
        let harness = WorkerHarness(
            spool: spool,
            archive: archive,
            renderer: PictureRenderer(spool: spool, archive: archive, worker: worker, threads: .singleton),
            inspector: try Inspector(formats: Set(FileKind.allCases))
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            defer { group.cancelAll() }
            try await play(rounds, on: harness, worker)
        }
        guard try files(below: folder).isEmpty else { throw WorkerHarness.Broken(rule: "files are left behind") }
    }

    private func play(_ rounds: Range<Int>, on harness: WorkerHarness, _ worker: WorkerSupervisor) async throws {
        let whole = try await WholePictures(harness)
        let damage = Mutator(corpus: try Fixture.names.map { try Fixture.bytes($0) }.filter { !$0.isEmpty })
        var outcomes = OutcomeCounter()
        for start in stride(from: rounds.lowerBound, to: rounds.upperBound, by: Self.lanes) {
            try await withThrowingTaskGroup(of: WorkerHarness.Outcome.self) { group in
                for round in start..<min(start + Self.lanes, rounds.upperBound) {
                    group.addTask { try await one(round, on: harness, whole, damage) }
                }
                for try await outcome in group { outcomes.count(outcome) }
            }
            await outcomes.look(at: worker)
        }
        outcomes.report(await worker.status, seed: seed)
    }

    private func one(
        _ round: Int,
        on harness: WorkerHarness,
        _ whole: WholePictures,
        _ damage: Mutator
    ) async throws -> WorkerHarness.Outcome {
        let cut = round % Self.roundsPerCut == 0 ? whole.cut(round, seed: seed) : nil
        let input = cut?.bytes ?? damage.file(seed: seed, round: round)
        do {
            return try await harness.render(input, cutFrom: cut?.whole).outcome
        } catch {
            let path = "fuzz-worker-\(seed)-\(round).bin"
            try Data(input).write(to: URL(filePath: path))
            print("worker: round \(round) of seed \(seed): \(error); its input is in \(path)")
            throw ExitCode.failure
        }
    }

    private static var memory: String {
        FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    }

    /// The worker built beside this program.
    private static func worker() throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(filePath: own).deletingLastPathComponent().appending(path: "snug-media-worker").path
    }
}
