import Foundation
import Glibc

/// Makes the calls of a server process that change files fail, at any moment of its life. See `Tests/Faults`.
package struct DiskFaults: Sendable {
    private let path: String

    /// - Parameter folder: Where the file for it is kept.
    package init(in folder: String) throws {
        path = "\(folder)/faults"
        try Data(count: MemoryLayout<Int32>.size * 4).write(to: URL(filePath: path))
    }

    /// Of a server that shall have them.
    package var environment: [String: String] { ["LD_PRELOAD": Executables.faults, "SNUG_FAULTS": path] }

    /// From the call with this number on, counted from 1, calls fail like this: all of them as on a full disk, or one.
    package func strike(at call: Int, with error: Int32, lasting: Bool) throws {
        try write([Int32(call), error, lasting ? 1 : 0, 0])
    }

    /// Returns once a call has failed.
    package func hit() async throws {
        try await poll(waitingFor: "a call to fail") { try hitCount > 0 }
    }

    /// Nothing fails any more.
    ///
    /// - Returns: How many calls have failed.
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

    /// In place, because the server has the file in its memory.
    private func write(_ numbers: [Int32]) throws {
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        defer { try? file.close() }
        try file.write(contentsOf: numbers.withUnsafeBytes { Data($0) })
    }
}
