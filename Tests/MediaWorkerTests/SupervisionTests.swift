import Fixtures
import Glibc
import Media
import Pictures
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.standard)) struct SupervisionTests {
    private let board = StatusBoard()

    @Test("A worker that is killed in the middle of a job costs that job only (I6)")
    func killed() async throws {
        try await withWorker(board: board) { [board] supervisor, media in
            let job = try addJob("textured.jpg", to: media)
            let pid = try await stoppedWorker(of: supervisor, with: job)
            async let answer = supervisor.failure(of: job)
            await board.wait { $0.state == .working }
            #expect(kill(pid, SIGKILL) == 0)
            #expect(await answer == .workerDied)
            #expect(try await supervisor.render(job).count == 3)
            #expect(await supervisor.status.startCount == 2)
            #expect(await supervisor.status.lastFailure == .workerDied)
        }
    }

    @Test("A worker that hangs is killed at the deadline, and the next job has a new one (I8)")
    func hangs() async throws {
        var limits = WorkerLimits.patient
        // Long enough for the next job, on a busy machine too.
        limits.deadline = .seconds(15)
        try await withWorker(limits: limits, board: board) { supervisor, media in
            let job = try addJob("plain.png", to: media)
            let pid = try await stoppedWorker(of: supervisor, with: job)
            await #expect(throws: RenderFailure.timedOut) { try await supervisor.render(job) }
            #expect(try await supervisor.render(job).count == 3)
            #expect(await supervisor.status.processID != pid)
        }
    }

    @Test("A worker that exceeds its memory limit is killed (I8, I9)")
    func ceiling() async throws {
        var limits = WorkerLimits.patient
        limits.memoryCeiling = 1 << 20
        try await withWorker(limits: limits, board: board) { supervisor, media in
            let job = try addJob("plain.png", to: media)
            await #expect(throws: RenderFailure.memoryCeiling) { try await supervisor.render(job) }
        }
    }

    @Test("An idle worker ends, and the next job gets a new one (I9)")
    func idle() async throws {
        var limits = WorkerLimits.patient
        limits.session.idleMilliseconds = 300
        try await withWorker(limits: limits, board: board) { [board] supervisor, media in
            let job = try addJob("plain.png", to: media)
            _ = try await supervisor.render(job)
            await board.wait { $0.processID == nil }
            #expect(await supervisor.status.residentByteCount == 0)
            #expect(try await supervisor.render(job).count == 3)
            #expect(await supervisor.status.startCount >= 2)
        }
    }

    @Test("A worker ends after its share of jobs or memory, and no job is lost", arguments: [true, false])
    func recycled(byJobs: Bool) async throws {
        var limits = WorkerLimits.patient
        if byJobs { limits.session.jobCount = 2 } else { limits.session.residentByteCount = 1 }
        try await withWorker(limits: limits, board: board) { supervisor, media in
            for _ in 0..<6 {
                let job = try addJob("plain.png", to: media)
                #expect(try await supervisor.render(job).count == 3)
            }
            #expect(await supervisor.status.startCount >= (byJobs ? 3 : 6))
            #expect(await supervisor.status.jobsDone == 6)
        }
    }

    @Test("Concurrent callers each get the answer for their own picture")
    func concurrent() async throws {
        try await withWorker(board: board) { supervisor, media in
            let names = ["plain.png", "textured.jpg", "moving.gif", "text.jpg", "cut.png", "alpha.png", "grey-16.png"]
            let jobs = try names.map { try addJob($0, to: media) }
            let widths = try await withThrowingTaskGroup(of: (Int, Int?).self) { group in
                for (index, job) in jobs.enumerated() {
                    group.addTask { (index, try? await supervisor.render(job).first?.width) }
                }
                return try await group.reduce(into: [Int: Int?]()) { $0[$1.0] = $1.1 }
            }
            #expect(jobs.indices.map { widths[$0] } == [96, 150, 48, .some(nil), .some(nil), 96, 40])
            #expect(await supervisor.status.startCount == 1)
        }
    }

    @Test("A cancelled caller returns at once, and its job does not begin")
    func givesUp() async throws {
        try await withWorker(board: board) { [board] supervisor, media in
            let job = try addJob("plain.png", to: media)
            let pid = try await stoppedWorker(of: supervisor, with: job)
            try await withThrowingTaskGroup(of: RenderFailure?.self) { group in
                group.addTask { await supervisor.failure(of: job) }
                await board.wait { $0.state == .working }
                let other = try addJob("textured.jpg", to: media)
                try await withThrowingTaskGroup(of: RenderFailure?.self) { inner in
                    inner.addTask { await supervisor.failure(of: other) }
                    await board.wait { $0.queuedCount == 1 }
                    inner.cancelAll()
                    let answer = try await inner.next()
                    #expect(answer == .cancelled)
                }
                #expect(await supervisor.status.queuedCount == 0)
                #expect(kill(pid, SIGCONT) == 0)
                let answer = try await group.next()
                #expect(answer == .some(nil))
            }
            #expect(await supervisor.status.jobsDone == 2)
        }
    }

    @Test("Callers beyond the length of the queue are rejected (I8)")
    func overloaded() async throws {
        var limits = WorkerLimits.patient
        limits.queueLength = 0
        try await withWorker(limits: limits, board: board) { supervisor, media in
            let job = try addJob("plain.png", to: media)
            await #expect(throws: RenderFailure.overloaded) { try await supervisor.render(job) }
        }
    }

    @Test("A worker that cannot be started fails the job and nothing else", arguments: ["/nonexistent", "/bin/false"])
    func cannotStart(executable: String) async throws {
        try await withWorker(executable: executable) { supervisor, media in
            let job = try addJob("plain.png", to: media)
            for _ in 0..<2 {
                await #expect(throws: RenderFailure.cannotStart) { try await supervisor.render(job) }
            }
        }
    }

    @Test("When the supervisor stops, waiting callers get an answer, and the worker is gone")
    func stops() async throws {
        try await withMediaFolder { media in
            let supervisor = TestWorker(try makeSupervisor(board: board), media)
            let job = try addJob("plain.png", to: media)
            try await withThrowingTaskGroup(of: RenderFailure?.self) { group in
                group.addTask {
                    try await supervisor.supervisor.run()
                    return nil
                }
                let pid = try await stoppedWorker(of: supervisor, with: job)
                async let waiting = supervisor.failure(of: job)
                await board.wait { $0.state == .working }
                group.cancelAll()
                #expect(await waiting == .stopping)
                try await group.waitForAll()
                #expect(kill(pid, 0) == -1)
            }
            #expect(await supervisor.failure(of: job) == .stopping)
            #expect(await supervisor.status.state == .stopped)
        }
    }

    /// Starts a worker by having it do `job`, then stops it so that it cannot do another.
    private func stoppedWorker(of supervisor: TestWorker, with job: RenderJob) async throws -> pid_t {
        _ = try await supervisor.render(job)
        let pid = try #require(await supervisor.status.processID)
        #expect(kill(pid, SIGSTOP) == 0)
        return pid
    }
}
