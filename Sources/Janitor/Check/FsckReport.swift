import Foundation

/// The result of a check of the storage.
struct FsckReport: Sendable, Equatable {
    enum Status: String, Encodable, Sendable {
        /// Nothing was found.
        case clean
        /// Everything that was found was repaired.
        case repaired
        /// Something that was found remains.
        case damaged

        var exitCode: Int32 {
            switch self {
            case .clean: 0
            case .repaired: 2
            case .damaged: 3
            }
        }
    }

    /// Findings of one check that the description lists.
    private static let shownExamples = 10

    let isRepair: Bool
    let isQuick: Bool
    var seconds = 0.0
    /// By the name of the check; without those that did not run.
    private var results: [String: CheckResult] = [:]

    init(isRepair: Bool, isQuick: Bool) {
        self.isRepair = isRepair
        self.isQuick = isQuick
    }

    /// Empty for a check that did not run.
    subscript(check: Check) -> CheckResult {
        get { results[check.name] ?? CheckResult() }
        set { results[check.name] = newValue }
    }

    var found: Int { results.values.reduce(0) { $0 + $1.found } }
    var repaired: Int { results.values.reduce(0) { $0 + $1.repaired } }

    /// The names of checks that did not run.
    var skipped: [String] { Check.all.map(\.name).filter { results[$0] == nil } }

    var status: Status {
        guard found > 0 else { return .clean }
        return repaired == found ? .repaired : .damaged
    }
}

extension FsckReport: CustomStringConvertible {
    /// A line for each kind of damage with the first findings below it, and a last line with the outcome.
    var description: String {
        let findings = Check.all.filter { self[$0].found > 0 }.flatMap { lines(of: $0, self[$0]) }
        return (findings + [outcome]).joined(separator: "\n")
    }

    private func lines(of check: Check, _ result: CheckResult) -> [String] {
        let left = result.found - result.repaired
        var head = "\(result.found) \(check.summary)"
        if result.repaired > 0 { head += "; \(result.repaired) repaired" }
        if left > 0, let advice = check.advice { head += "; \(advice)" }
        let examples = result.examples.prefix(Self.shownExamples)
        let more = result.found - examples.count
        return [head] + examples.map { "    \($0.subject): \($0.detail)" }
            + (more > 0 ? ["    … and \(more) more"] : [])
    }

    private var outcome: String {
        let rest = skipped.isEmpty ? "" : " The other checks did not run."
        return switch status {
        case .clean: "CLEAN: \(Check.all.count) checks found nothing." + rest
        case .repaired: "REPAIRED: all of \(found) findings." + rest
        case .damaged: "DAMAGED: \(found - repaired) of \(found) findings remain." + rest
        }
    }
}

extension FsckReport: Encodable {
    private enum CodingKeys: String, CodingKey {
        case checks, skipped, status, seconds
        case isRepair = "repair"
        case isQuick = "quick"
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(results, forKey: .checks)
        try container.encode(skipped, forKey: .skipped)
        try container.encode(status, forKey: .status)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(isRepair, forKey: .isRepair)
        try container.encode(isQuick, forKey: .isQuick)
    }
}
