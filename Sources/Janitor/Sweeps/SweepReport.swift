import Foundation
import Media

/// The result of a sweep: one entry for each step.
struct SweepReport: Sendable, Equatable {
    /// What one step did, or would do.
    struct Entry: Encodable, Sendable, Equatable {
        /// Rows that were removed or marked, or would be.
        var rows = 0
        /// Files that were removed or moved, or would be.
        var files = 0
        /// Bytes of those files.
        var bytes = 0
        /// Why the step only counted what it found; nil if it was not stopped.
        var stopReason: String?

        private enum CodingKeys: String, CodingKey {
            case rows, files, bytes
        }
    }

    let dryRun: Bool
    var seconds = 0.0
    /// By the name of the step.
    private var entries: [String: Entry]

    init(dryRun: Bool) {
        self.dryRun = dryRun
        entries = Dictionary(uniqueKeysWithValues: SweepStep.all.map { ($0.name, Entry()) })
    }

    subscript(step: SweepStep) -> Entry {
        get { entries[step.name, default: Entry()] }
        set { entries[step.name] = newValue }
    }

    /// True if a step was stopped.
    var wasStopped: Bool {
        entries.values.contains { $0.stopReason != nil }
    }
}

extension SweepReport {
    /// What the janitor leaves in the storage for the server's metrics.
    ///
    /// - Parameter previous: The status before this sweep.
    func status(after previous: JanitorStatus?, at time: Date = .now) -> JanitorStatus {
        JanitorStatus(
            wasStopped ? .stopped : .done,
            at: time.timeIntervalSince1970,
            after: previous,
            seconds: seconds,
            findings: entries.mapValues { .init(rows: $0.rows, files: $0.files, bytes: $0.bytes) }
        )
    }
}

extension SweepReport: CustomStringConvertible {
    /// A line for each step, and then one for each step that was stopped.
    var description: String {
        let verb = dryRun ? "would be" : "were"
        let lines = SweepStep.all.map { $0.summary(self[$0], verb) }
        let stops = SweepStep.all.compactMap { self[$0].stopReason }.map { "STOPPED: \($0)" }
        return (lines + stops).joined(separator: "\n")
    }
}

extension SweepReport: Encodable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) {
            stringValue = name
        }

        init?(stringValue: String) {
            self.init(stringValue)
        }

        init?(intValue: Int) {
            nil
        }
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(dryRun, forKey: Key("dry_run"))
        for step in SweepStep.all { try container.encode(self[step], forKey: Key(step.name)) }
        try container.encode(wasStopped, forKey: Key("stopped"))
        try container.encode(seconds, forKey: Key("seconds"))
    }
}
