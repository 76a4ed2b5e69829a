import Foundation
import Media

/// The result of a sweep: one entry for each step.
struct SweepReport: Sendable, Equatable {
    /// What one step did, or would do.
    struct Entry: Encodable, Sendable, Equatable {
        /// Rows that were removed, marked or queued, or would be.
        var rows = 0
        /// Files that were removed or moved, or would be.
        var files = 0
        /// Bytes of those files.
        var bytes = 0
        /// Files that could not be removed or moved.
        var failures = Problems()
        /// Originals that are missing.
        var losses = Problems()
        /// Whether there was a reason to leave the step out.
        var isSkipped = false
        /// Why the step only counted what it found; nil if it was not stopped.
        var stopReason: String?

        private enum CodingKeys: String, CodingKey {
            case rows, files, bytes
        }
    }

    /// A file that an operator should look at.
    struct Problem: Sendable, Equatable {
        /// Name of the file, or id of the attachment.
        let file: String
        let reason: String
    }

    /// Problems of one kind. All are counted, and the first ones are named.
    struct Problems: Sendable, Equatable {
        static let maxNamed = 20

        private(set) var count = 0
        private(set) var named: [Problem] = []

        mutating func add(_ problem: Problem) {
            count += 1
            if named.count < Self.maxNamed { named.append(problem) }
        }
    }

    let dryRun: Bool
    var seconds = 0.0
    /// Why removals could not be recorded; nil if they were.
    var ledgerFailure: String?
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

    /// Files that could not be removed or moved. Their rows are kept, and the next sweep tries again.
    var failureCount: Int { entries.values.reduce(0) { $0 + $1.failures.count } }

    /// Originals that are missing.
    var lossCount: Int { entries.values.reduce(0) { $0 + $1.losses.count } }

    private var inOrder: [(step: SweepStep, entry: Entry)] { SweepStep.all.map { ($0, self[$0]) } }
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
    /// A line for each step, and then one for everything that an operator should look at.
    var description: String {
        let verb = dryRun ? "would be" : "were"
        let lines = inOrder.map { $0.step.summary($0.entry, verb) }
        let losses = inOrder.flatMap { Self.lines(for: $0.entry.losses, "LOST") }
        let failures = inOrder.flatMap { Self.lines(for: $0.entry.failures, "FAILED") }
        let ledger = ledgerFailure.map { ["FAILED: \($0)"] } ?? []
        let stops = inOrder.compactMap { $0.entry.stopReason }.map { "STOPPED: \($0)" }
        return (lines + losses + failures + ledger + stops).joined(separator: "\n")
    }

    private static func lines(for problems: Problems, _ label: String) -> [String] {
        let named = problems.named.map { "\(label): \($0.file): \($0.reason)" }
        let rest = problems.count - named.count
        return rest > 0 ? named + ["\(label): and \(rest) more"] : named
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

    private struct NamedProblem: Encodable {
        let step: String
        let file: String
        let reason: String
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
        for (step, entry) in inOrder { try container.encode(entry, forKey: Key(step.name)) }
        try container.encode(failureCount, forKey: Key("failures"))
        try container.encode(lossCount, forKey: Key("lost"))
        let problems = inOrder.flatMap { step, entry in
            (entry.losses.named + entry.failures.named).map { problem in
                NamedProblem(step: step.name, file: problem.file, reason: problem.reason)
            }
        }
        try container.encode(problems, forKey: Key("problems"))
        try container.encode(wasStopped, forKey: Key("stopped"))
        try container.encode(seconds, forKey: Key("seconds"))
    }
}
