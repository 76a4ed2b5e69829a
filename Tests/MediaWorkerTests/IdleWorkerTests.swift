import Fixtures
import Foundation
import Glibc
import Media
import TestSupport
import Testing

/// I8, I9: a worker that a picture has taken over does not end by itself, and answers jobs as if nothing were wrong.
/// The supervisor enforces its limits from outside.
@Suite(.serialized, .timeLimit(.standard)) struct IdleWorkerTests {
    private let board = StatusBoard()

    @Test("Memory above the ceiling is not kept while idle")
    func fillsMemory() async throws {
        try await expectKill(of: "hoard", .patient)
    }

    @Test("Memory above the limit between jobs is not kept either, and the worker gets no job meanwhile")
    func keepsMemory() async throws {
        var limits = WorkerLimits.patient
        limits.session.residentByteCount = 128 << 20
        limits.leavingTime = .milliseconds(200)
        try await expectKill(of: "keepMemory", limits)
    }

    @Test("The processor is not used while idle")
    func spins() async throws {
        var limits = WorkerLimits.patient
        limits.idleProcessorTime = .milliseconds(50)
        try await expectKill(of: "spinIdle", limits)
    }

    @Test("It does not stay longer than its idle time")
    func stays() async throws {
        var limits = WorkerLimits.patient
        limits.session.idleMilliseconds = 200
        limits.leavingTime = .milliseconds(100)
        try await expectKill(of: "stay", limits)
    }

    @Test("It gets no more jobs than its share, without being killed for it or a job being lost")
    func takesEveryJob() async throws {
        var limits = WorkerLimits.patient
        limits.session.jobCount = 3
        try await withMisbehaviour("stay", limits, board) { worker, media in
            for _ in 0..<10 {
                let failure = await worker.failure(of: try addJob("plain.png", to: media))
                #expect(failure == .rejected(.undecodable))
                #expect(await worker.status.workerJobCount <= 3)
            }
            #expect(await worker.status.startCount == 4)
            #expect(await worker.status.jobsDone == 10)
            #expect(await worker.status.killCount == 0)
        }
    }

    @Test("The status contains measurements of the worker: memory, jobs and processor time")
    func measured() async throws {
        try await withWorker(board: board) { [board] worker, media in
            for _ in 0..<2 { _ = try await worker.render(try addJob("plain.png", to: media)) }
            await board.wait { $0.state == .idle && $0.residentByteCount > 0 }
            let status = await worker.status
            #expect(status.workerJobCount == 2)
            #expect(status.residentByteCount > 4 << 20)
            #expect(status.processorTime > .zero)
            let process = try #require(status.processID)
            #expect(kill(process, SIGKILL) == 0)
            await board.wait { $0.processID == nil }
            let after = await worker.status
            #expect(after.workerJobCount == 0)
            #expect(after.residentByteCount == 0)
            #expect(after.processorTime == .zero)
        }
    }

    /// A worker with this behaviour is killed after it has answered a job, and the next job gets a new one.
    private func expectKill(of behaviour: String, _ limits: WorkerLimits) async throws {
        try await withMisbehaviour(behaviour, limits, board) { [board] worker, media in
            for round in 1...2 {
                let failure = await worker.failure(of: try addJob("plain.png", to: media))
                #expect(failure == .rejected(.undecodable))
                await board.wait { $0.killCount == round && $0.processID == nil }
                #expect(await worker.status.startCount == round)
            }
            #expect(await worker.status.jobsDone == 2)
        }
    }
}

/// A supervisor of workers with this behaviour, and its media folder.
func withMisbehaviour<Result: Sendable>(
    _ behaviour: String,
    _ limits: WorkerLimits,
    _ board: StatusBoard = StatusBoard(),
    _ body: @escaping @Sendable (TestWorker, MediaFolder) async throws -> Result
) async throws -> Result {
    try await withScratchFolder { folder in
        let script = "\(folder)/worker"
        try "#!/bin/sh\nexec \(programPath("SandboxEscapes")) \(behaviour)\n".write(
            toFile: script,
            atomically: true,
            encoding: .utf8
        )
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
        return try await withWorker(limits: limits, executable: script, board: board, body)
    }
}
