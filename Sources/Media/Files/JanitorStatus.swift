import Foundation
import Kernel

/// How the janitor's sweeps ended, which it leaves in the storage for the server's metrics.
package struct JanitorStatus: Codable, Equatable, Sendable {
    package enum Outcome: String, Codable, Sendable {
        case done
        /// A step found more than it dares to remove.
        case stopped
        case failed
    }

    /// What one step of a sweep removed.
    package struct Findings: Codable, Equatable, Sendable {
        package let rows: Int
        package let files: Int
        package let bytes: Int

        package init(rows: Int, files: Int, bytes: Int) {
            self.rows = rows
            self.files = files
            self.bytes = bytes
        }
    }

    /// Name of the file in the storage folder.
    package static let fileName = "janitor.status"
    /// Limit for the file that is read, in bytes.
    private static let maxBytes = 64 * 1024

    /// When the last sweep ended, in seconds since 1970.
    package var finishedAt: Double
    package var outcome: Outcome
    /// When the last sweep ended that did everything, in seconds since 1970; nil before the first.
    package var doneAt: Double?
    /// Duration of the last sweep in seconds; nil if it failed.
    package var seconds: Double?
    /// Of the last sweep, by the name of the step; empty if it failed.
    package var findings: [String: Findings]

    /// The status after one more sweep.
    ///
    /// - Parameters:
    ///   - time: In seconds since 1970.
    ///   - previous: The status before it.
    package init(
        _ outcome: Outcome,
        at time: Double,
        after previous: JanitorStatus?,
        seconds: Double? = nil,
        findings: [String: Findings] = [:]
    ) {
        finishedAt = time
        self.outcome = outcome
        doneAt = outcome == .done ? time : previous?.doneAt
        self.seconds = seconds
        self.findings = findings
    }

    /// Reads the status; nil if no sweep has ended yet, or the file is not one. Blocks.
    package init?(storage: String) {
        guard let file = try? OpenFile("\(storage)/\(Self.fileName)"), file.byteCount <= Self.maxBytes,
            let bytes = try? file.read(at: 0, count: Self.maxBytes),
            let status = try? JSONDecoder().decode(Self.self, from: Data(bytes))
        else { return nil }
        self = status
    }

    /// Replaces the status in one step, readable by its owner only. Blocks.
    ///
    /// - Throws: ``FileFailure``, `CocoaError`.
    package func write(storage: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let (path, new) = ("\(storage)/\(Self.fileName)", "\(storage)/\(Self.fileName).new")
        try SystemCall.remove(new)
        try SystemCall.makeFile(new, mode: 0o600)
        // Not atomically, which would create another file with another mode.
        try encoder.encode(self).write(to: URL(filePath: new))
        try SystemCall.rename(new, to: path)
    }
}
