import Foundation
import Glibc

/// Runs a program until it ends.
enum Command {
    struct Failure: Error, CustomStringConvertible {
        let command: [String]
        let status: Int32
        let output: String

        var description: String {
            "\(command.joined(separator: " ")) ended with \(status): \(output.suffix(500))"
        }
    }

    /// Returns what it wrote to standard output and standard error. It is killed after `deadline` seconds.
    @discardableResult
    static func run(
        _ command: [String],
        environment: [String: String] = [:],
        deadline: Int = 120
    ) async throws -> String {
        let output = Pipe()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/timeout")
        process.arguments = ["--signal=KILL", "\(deadline)"] + command
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = output
        process.standardError = output
        let text = try await started(process, reading: output)
        guard process.terminationStatus == 0 else {
            throw Failure(command: command, status: process.terminationStatus, output: text)
        }
        return text
    }

    private static func started(_ process: Process, reading output: Pipe) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            // Reading and waiting block, so they have a thread outside the pool of Swift's tasks.
            Thread.detachNewThread {
                do {
                    try process.runWithOpenSignals()
                    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
                    process.waitUntilExit()
                    continuation.resume(returning: String(decoding: bytes, as: UTF8.self))
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }
}

extension Process {
    /// Starts the process so that signals reach it. The threads of Swift's tasks block most of them, and a child inherits
    /// that.
    func runWithOpenSignals() throws {
        var (none, before) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try run()
    }
}
