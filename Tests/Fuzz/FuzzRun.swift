import ArgumentParser
import Foundation
import Mutation

/// The rounds of one subject, for the process that runs them and for the one that supervises it.
struct FuzzRun {
    /// Time limit for one input, in seconds.
    private static let roundSeconds = 1.0
    private static let pollSeconds = 0.1

    let subject: Subject
    let seed: UInt64

    /// Runs the rounds, and records the number of each before it begins.
    /// - Throws: `ExitCode.failure` when a rule is violated, after printing it.
    func play(_ rounds: Range<Int>, progressFile: String) throws {
        let mutator = Mutator(corpus: try subject.corpus)
        let check = try subject.makeCheck()
        let progress = try Progress(progressFile)
        let watcher = getppid()
        // Stops when the supervising process has ended.
        for round in rounds where getppid() == watcher {
            progress.note(round)
            do {
                try check(mutator.file(seed: seed, round: round))
            } catch {
                print("\(subject.rawValue): round \(round): \(error)")
                throw ExitCode.failure
            }
        }
    }

    /// Runs the rounds in another process, and prints their rate or the failure.
    /// - Throws: `ExitCode.failure` after a failure; then the input is in a file.
    func supervise(_ rounds: Range<Int>) throws {
        let progressFile = "\(NSTemporaryDirectory())/snug-fuzz-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: progressFile) }
        let progress = try Progress(progressFile)
        progress.note(rounds.lowerBound)
        let start = Date()
        let child = try startChild(rounds, progressFile)
        if !waits(for: child, progress) {
            kill(child.processIdentifier, SIGKILL)
            child.waitUntilExit()
            try keepInput(of: progress.round, "takes longer than \(Self.roundSeconds) s")
        }
        guard child.terminationReason == .exit else {
            try keepInput(of: progress.round, "dies of signal \(child.terminationStatus)")
        }
        guard child.terminationStatus == 0 else { try keepInput(of: progress.round, "breaks a rule") }
        let rate = Double(rounds.count) / Date().timeIntervalSince(start)
        print("\(subject.rawValue): \(rounds.count) rounds, seed \(seed), \(Int(rate)) a second")
    }

    private func startChild(_ rounds: Range<Int>, _ progressFile: String) throws -> Process {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        child.arguments = [
            subject.rawValue, "--seed", "\(seed)", "--from", "\(rounds.lowerBound)", "--rounds", "\(rounds.count)",
            "--progress-file", progressFile,
        ]
        try child.run()
        return child
    }

    /// Waits until the child ends. Returns false when one round takes too long.
    private func waits(for child: Process, _ progress: Progress) -> Bool {
        var (round, since) = (progress.round, Date())
        while child.isRunning {
            Thread.sleep(forTimeInterval: Self.pollSeconds)
            if progress.round != round { (round, since) = (progress.round, Date()) }
            if child.isRunning, Date().timeIntervalSince(since) > Self.roundSeconds + Self.pollSeconds { return false }
        }
        return true
    }

    private func keepInput(of round: Int, _ trouble: String) throws -> Never {
        let path = "fuzz-\(subject.rawValue)-\(seed)-\(round).bin"
        try Data(try subject.input(seed: seed, round: round)).write(to: URL(fileURLWithPath: path))
        print("\(subject.rawValue): round \(round) of seed \(seed) \(trouble); its input is in \(path)")
        throw ExitCode.failure
    }
}

/// The number of the current round, in a file that survives a crash.
private struct Progress {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    var round: Int {
        var round = 0
        pread(descriptor, &round, MemoryLayout<Int>.size, 0)
        return round
    }

    func note(_ round: Int) {
        var round = round
        pwrite(descriptor, &round, MemoryLayout<Int>.size, 0)
    }
}
