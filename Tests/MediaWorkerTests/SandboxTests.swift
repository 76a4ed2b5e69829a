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

/// I6: what a picture that has taken over the worker could do. Each barrier is tested alone, by a program that puts it
/// up around itself with the code of the worker; without barriers every attempt succeeds.
@Suite(.serialized, .timeLimit(.standard)) struct SandboxTests {
    /// Shared by all attempts: a program that another test starts may keep the name of a closed one for a while.
    private static let listener = Result { try AbstractSocket(named: "snug-\(getpid())") }
    private static let landlockVersion = snug_landlock_version()
    private static let attempts = [
        "readFile", "makeFile", "removeFile", "listFolder", "readEnvironment", "startProgram",
    ]

    @Test("Without barriers every attempt succeeds", arguments: attempts + ["openSocket", "connect", "signalServer"])
    func noBarrier(attempt: String) async throws {
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

    @Test("I6, I9: the worker itself has both barriers, and the lowest priority for processor and memory")
    func worker() async throws {
        try await withWorker { supervisor, media in
            _ = try await supervisor.render(try addJob("plain.png", to: media))
            let process = try #require(await supervisor.status.processID)
            let status = try text("/proc/\(process)/status")
            #expect(status.contains("NoNewPrivs:\t1\n"))
            #expect(status.contains("Seccomp:\t2\n"))
            #expect(try text("/proc/\(process)/oom_score_adj") == "1000\n")
            #expect(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(process)) == 10)
            // Job socket, output, log and its own statistics, but no file of the archive.
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

    @Test("I6: a file that is not what the worker says is not archived")
    func lying() async throws {
        #expect(try await failure(of: "lie", WorkerLimits.patient) == .invalidOutput)
    }

    /// Why a job fails that a worker like this gets.
    private func failure(of behaviour: String, _ limits: WorkerLimits) async throws -> RenderFailure? {
        try await withMisbehaviour(behaviour, limits) { worker, media in
            let failure = await worker.failure(of: try addJob("plain.png", to: media))
            #expect(try files(below: "\(media.path)/variants").isEmpty)
            return failure
        }
    }

    private func outcome(of attempt: String, behind barrier: String) async throws -> String {
        try await withScratchFolder { folder in
            try "content".write(toFile: "\(folder)/file", atomically: true, encoding: .utf8)
            _ = try Self.listener.get()
            let result = try await run(
                .path(FilePath(programPath("SandboxEscapes"))),
                arguments: [barrier, folder, attempt],
                output: .string(limit: 1024)
            )
            return result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
}

/// What a hostile picture could use if it took over the worker is at most what is linked into it.
@Suite("Code in the worker", .timeLimit(.standard))
struct LinkageTests {
    @Test(
        "I6: the built worker contains no code that opens connections, starts processes, signs or stores",
        arguments: [
            "NIOCore", "NIOPosix", "Subprocess", "Crypto", "Hashing", "Media", "Chat", "Server", "GRDB", "CryptoExtras",
        ]
    )
    func module(name: String) throws {
        let program = try Data(contentsOf: URL(filePath: Executables.mediaWorker))
        #expect(!contains(program, module: name))
        // The search finds what is there.
        #expect(contains(program, module: "Pictures"))
    }

    @Test(
        "I6: the built worker links no library that it does not need",
        arguments: ["magic", "crypto", "sqlite3", "ssl"]
    )
    func library(name: String) throws {
        let program = try Data(contentsOf: URL(filePath: Executables.mediaWorker))
        #expect(program.range(of: Data("lib\(name).so".utf8)) == nil)
        #expect(program.range(of: Data("libvips.so".utf8)) != nil)
    }

    /// Symbols of a module begin with its mangled name
    /// (https://github.com/swiftlang/swift/blob/main/docs/ABI/Mangling.rst).
    private func contains(_ program: Data, module name: String) -> Bool {
        program.range(of: Data("$s\(name.utf8.count)\(name)".utf8)) != nil
    }
}
