import ArgumentParser
import Mutation

/// Feeds damaged files to the parsers of untrusted bytes.
///
/// The rounds run in a child process, so that an input on which it crashes or hangs can be detected and kept.
@main
struct SnugFuzz: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snug-fuzz",
        abstract: "Tests parsers, or the media worker, with damaged files, and keeps a file that violates a rule."
    )

    @Argument(
        help: "What to test: \(Subject.allCases.map(\.rawValue).joined(separator: ", ")), all of these, or worker."
    )
    var subject = "all"

    @Option(help: "Rounds for each subject.")
    var rounds = 1_000_000

    @Option(help: "What the damage depends on; by default another each time.")
    var seed = UInt64.random(in: 0...999_999)

    @Option(help: "The first round: to play a single one again, with --rounds 1.")
    var from = 0

    @Option(help: .hidden)
    var progressFile: String?

    private static let worker = "worker"

    func run() async throws {
        if subject == Self.worker { return try await WorkerRun(seed: seed).run(from..<from + rounds) }
        if let progressFile, let subject = Subject(rawValue: subject) {
            return try FuzzRun(subject: subject, seed: seed).play(from..<from + rounds, progressFile: progressFile)
        }
        for subject in try subjects() {
            try FuzzRun(subject: subject, seed: seed).supervise(from..<from + rounds)
        }
    }

    func validate() throws {
        _ = try subjects()
        guard rounds > 0, from >= 0 else { throw ValidationError("There is no round to play.") }
    }

    private func subjects() throws -> [Subject] {
        if subject == Self.worker { return [] }
        if subject == "all" { return Subject.allCases }
        guard let one = Subject(rawValue: subject) else { throw ValidationError("\"\(subject)\" is no subject.") }
        return [one]
    }
}

extension Subject {
    /// The input of one round.
    func input(seed: UInt64, round: Int) throws -> [UInt8] {
        Mutator(corpus: try corpus).file(seed: seed, round: round)
    }
}
