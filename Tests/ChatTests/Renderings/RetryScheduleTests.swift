import TestSupport
import Testing

@testable import Chat

@Suite("Retry schedule", .timeLimit(.standard))
struct RetryScheduleTests {
    private typealias Step = RetrySchedule.Step

    private let schedule = RetrySchedule()

    private func step(_ cause: RenderProblem.Cause, crashes: Int = 0, retries: Int = 0) -> Step {
        schedule.step(after: RenderProblem(cause, code: "code", detail: ""), crashes: crashes, retries: retries)
    }

    @Test("A faulty picture fails permanently, whatever happened before")
    func picture() {
        for (crashes, retries) in [(0, 0), (1, 0), (0, 2)] {
            #expect(step(.picture, crashes: crashes, retries: retries) == .reject)
        }
    }

    @Test("I8: after a first crash the picture is retried at once, after a second one it is quarantined")
    func crash() {
        #expect(step(.crash) == .again)
        #expect(step(.crash, crashes: 1) == .quarantine)
    }

    @Test("I8: a picture beyond a resource limit is retried once, after 5 minutes")
    func resourceLimit() {
        #expect(step(.resourceLimit) == .retry(after: .seconds(300)))
        #expect(step(.resourceLimit, crashes: 1) == .quarantine)
        #expect(step(.resourceLimit, retries: 3) == .retry(after: .seconds(300)))
    }

    @Test("I8: crashes of every kind count together", arguments: [RenderProblem.Cause.crash, .resourceLimit])
    func together(second: RenderProblem.Cause) {
        for first in [RenderProblem.Cause.crash, .resourceLimit] {
            #expect(step(first) != .quarantine)
            #expect(step(second, crashes: 1) == .quarantine)
        }
        #expect(step(second, crashes: 7) == .quarantine)
    }

    @Test("An unreadable file is retried after 5 minutes, 1 hour and 24 hours, and not after that")
    func file() {
        let steps = (0...4).map { step(.file, retries: $0) }
        #expect(
            steps == [
                .retry(after: .seconds(300)), .retry(after: .seconds(3600)), .retry(after: .seconds(86_400)), .giveUp,
                .giveUp,
            ]
        )
    }

    @Test("An unreadable file is neither a crash nor a known failure of its content")
    func fileAfterCrash() {
        #expect(step(.file, crashes: 1) == .retry(after: .seconds(300)))
        #expect(!RenderProblem.Cause.file.isCrash)
    }

    @Test("A picture not tried because of earlier crashes is quarantined, without another crash")
    func quarantined() {
        #expect(step(.quarantined, crashes: 2) == .quarantine)
        #expect(RenderProblem.Cause.allCases.filter(\.isCrash) == [.crash, .resourceLimit])
    }

    @Test("No sequence of outcomes leads to more than a few attempts", arguments: 0..<1000)
    func bounded(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var (crashes, retries, tries) = (0, 0, 0)
        loop: while tries < 20 {
            let causes = [RenderProblem.Cause.picture, .crash, .resourceLimit, .file]
            let cause = causes.randomElement(using: &random) ?? .file
            tries += 1
            let next = step(cause, crashes: crashes, retries: retries)
            crashes += cause.isCrash ? 1 : 0
            switch next {
            case .again: continue
            case .retry: retries += 1
            case .reject, .quarantine, .giveUp: break loop
            }
        }
        #expect(crashes <= RetrySchedule.crashLimit)
        #expect(tries <= RetrySchedule.crashLimit + 4)
    }
}
