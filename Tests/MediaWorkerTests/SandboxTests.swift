import CKernel
import Fixtures
import Foundation
import Glibc
import Media
import Pictures
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// I6: what a picture that had taken over the worker could do. Each wall is tried alone, by a program that puts it up
/// around itself with the worker's own code; without walls every attempt goes through.
@Suite(.serialized, .patient) struct SandboxTests {
    /// One for all attempts: a program that another test starts may hold a closed one's name a little longer.
    private static let listener = Result { try AbstractSocket(named: "snug-\(getpid())") }
    private static let landlockVersion = snug_landlock_version()
    private static let attempts = [
        "readFile", "makeFile", "removeFile", "listFolder", "readEnvironment", "startProgram",
    ]

    @Test("Without walls every attempt goes through", arguments: attempts + ["openSocket", "connect", "signalServer"])
    func noWalls(attempt: String) async throws {
        #expect(try await outcome(of: attempt, behind: "none") == "through")
    }

    @Test(
        "I6: behind seccomp none does",
        arguments: attempts + ["openSocket", "connect", "signalServer"]
    )
    func seccomp(attempt: String) async throws {
        #expect(try await outcome(of: attempt, behind: "seccomp") == "refused")
    }

    @Test("I6: behind Landlock no file is reached", .enabled(if: landlockVersion > 0), arguments: attempts)
    func landlock(attempt: String) async throws {
        #expect(try await outcome(of: attempt, behind: "landlock") == "refused")
    }

    @Test(
        "I6: behind Landlock no other process is reached",
        .enabled(if: landlockVersion >= 6),
        arguments: ["connect", "signalServer"]
    )
    func scopes(attempt: String) async throws {
        #expect(try await outcome(of: attempt, behind: "landlock") == "refused")
    }

    @Test("I6, I9: the worker itself stands behind all of them, and comes last for processor and memory")
    func worker() async throws {
        try await withWorker { supervisor, store in
            _ = try await supervisor.render(try addJob("plain.png", to: store))
            let process = try #require(await supervisor.status.processID)
            let status = try text("/proc/\(process)/status")
            #expect(status.contains("NoNewPrivs:\t1\n"))
            #expect(status.contains("Seccomp:\t2\n"))
            #expect(try text("/proc/\(process)/oom_score_adj") == "1000\n")
            #expect(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(process)) == 10)
            // Its socket, its way out, its log, and what it reads its own size from: nothing of the store.
            let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").map {
                try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\($0)")
            }
            #expect(open.allSatisfy { $0.hasPrefix("socket:") || $0.hasPrefix("pipe:") || $0.hasSuffix("/statm") })
        }
    }

    @Test("I8: a worker that fills memory is killed at the ceiling, and its picture says so")
    func memory() async throws {
        var limits = WorkerLimits.patient
        limits.memoryCeiling = 96 << 20
        #expect(try await failure(of: "fillMemory", limits) == .memoryCeiling)
    }

    @Test("I8: a worker that spins is killed at the deadline")
    func spinning() async throws {
        var limits = WorkerLimits.patient
        limits.deadline = .milliseconds(500)
        #expect(try await failure(of: "spin", limits) == .timedOut)
    }

    @Test("I6: a file that is not what the worker says gets no name")
    func lying() async throws {
        #expect(try await failure(of: "lie", WorkerLimits.patient) == .untrustworthy)
    }

    /// Why a job fails that a worker like this gets.
    private func failure(of behaviour: String, _ limits: WorkerLimits) async throws -> RenderFailure? {
        try await withMisbehaviour(behaviour, limits) { worker, store in
            let failure = await worker.failure(of: try addJob("plain.png", to: store))
            #expect(try files(below: "\(store.root)/variants").isEmpty)
            return failure
        }
    }

    private func outcome(of attempt: String, behind walls: String) async throws -> String {
        try await withScratchFolder { folder in
            try "content".write(toFile: "\(folder)/file", atomically: true, encoding: .utf8)
            _ = try Self.listener.get()
            let result = try await run(
                .path(FilePath(programPath("SandboxEscapes"))),
                arguments: [walls, folder, attempt],
                output: .string(limit: 1024)
            )
            return result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
}
