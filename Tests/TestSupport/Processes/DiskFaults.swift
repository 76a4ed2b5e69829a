import Foundation
import Glibc

/// Makes system calls of a program that change files fail, or kills it at one of them. See `Tests/Faults`.
package struct DiskFaults: Sendable {
    private let path: String

    /// - Parameter folder: The folder of its control file.
    package init(in folder: String) throws {
        path = "\(folder)/faults"
        try Data(count: MemoryLayout<Int32>.size * 4).write(to: URL(filePath: path))
    }

    /// The environment of a program that is to have them.
    package var environment: [String: String] { ["LD_PRELOAD": Executables.faults, "SNUG_FAULTS": path] }

    /// Makes the call with this number fail, counted from 1, and if `lasting` all after it, as on a full disk.
    package func fail(from call: Int, with error: Int32, lasting: Bool) throws {
        try write([Int32(call), error, lasting ? 1 : 0, 0])
    }

    /// Kills the program with SIGKILL at the call with this number, counted from 1.
    package func kill(at call: Int) throws {
        try write([Int32(call), -SIGKILL, 0, 0])
    }

    /// Returns once a call has failed.
    package func waitForFailure() async throws {
        try await poll(waitingFor: "a call to fail") { try hitCount > 0 }
    }

    /// Ends the failures.
    ///
    /// - Returns: The number of calls that have failed.
    @discardableResult
    package func end() throws -> Int {
        let hits = try hitCount
        try write([0, 0, 0, 0])
        return hits
    }

    private var hitCount: Int {
        get throws {
            try Data(contentsOf: URL(filePath: path)).suffix(4).enumerated().reduce(0) {
                $0 | Int($1.element) << (8 * $1.offset)
            }
        }
    }

    /// Written in place, because the server has mapped the file.
    private func write(_ numbers: [Int32]) throws {
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        defer { try? file.close() }
        try file.write(contentsOf: numbers.withUnsafeBytes { Data($0) })
    }
}
