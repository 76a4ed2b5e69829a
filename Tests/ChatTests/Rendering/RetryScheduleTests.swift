import TestSupport
import Testing

@testable import Chat

@Suite("What becomes of a picture that could not be rendered")
struct RetryScheduleTests {
    private typealias Step = RetrySchedule.Step

    private let schedule = RetrySchedule()

    private func step(_ cause: RenderTrouble.Cause, deaths: Int = 0, retries: Int = 0) -> Step {
        schedule.step(after: RenderTrouble(cause, code: "code", detail: ""), deaths: deaths, retries: retries)
    }

    @Test("A picture that is at fault has failed for good, whatever it did before")
    func picture() {
        for (deaths, retries) in [(0, 0), (1, 0), (0, 2)] {
            #expect(step(.picture, deaths: deaths, retries: retries) == .reject)
        }
    }

    @Test("I8: a first death is tried again at once, a second one puts the picture into quarantine")
    func death() {
        #expect(step(.death) == .again)
        #expect(step(.death, deaths: 1) == .quarantine)
    }

    @Test("I8: who was killed for taking too much is tried again after 5 minutes, and then never")
    func excess() {
        #expect(step(.excess) == .retry(after: .seconds(300)))
        #expect(step(.excess, deaths: 1) == .quarantine)
        #expect(step(.excess, retries: 3) == .retry(after: .seconds(300)))
    }

    @Test("I8: deaths of every kind count together", arguments: [RenderTrouble.Cause.death, .excess])
    func together(second: RenderTrouble.Cause) {
        for first in [RenderTrouble.Cause.death, .excess] {
            #expect(step(first) != .quarantine)
            #expect(step(second, deaths: 1) == .quarantine)
        }
        #expect(step(second, deaths: 7) == .quarantine)
    }

    @Test("A file that cannot be read is tried again after 5 minutes, 1 hour and 24 hours, and not after that")
    func file() {
        let steps = (0...4).map { step(.file, retries: $0) }
        #expect(
            steps == [
                .retry(after: .seconds(300)), .retry(after: .seconds(3600)), .retry(after: .seconds(86_400)), .giveUp,
                .giveUp,
            ]
        )
    }

    @Test("A file that cannot be read brings down nobody, and is no verdict on its bytes")
    func fileAfterDeath() {
        #expect(step(.file, deaths: 1) == .retry(after: .seconds(300)))
        #expect(!RenderTrouble.Cause.file.isDeath)
    }

    @Test("What was not tried because of what it has done is in quarantine, and that is no further death")
    func deadly() {
        #expect(step(.deadly, deaths: 2) == .quarantine)
        #expect(RenderTrouble.Cause.allCases.filter(\.isDeath) == [.death, .excess])
    }

    @Test("Whatever comes after whatever, no picture is tried more than a few times", arguments: 0..<1000)
    func bounded(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var (deaths, retries, tries) = (0, 0, 0)
        loop: while tries < 20 {
            let cause = [RenderTrouble.Cause.picture, .death, .excess, .file].randomElement(using: &random) ?? .file
            tries += 1
            let next = step(cause, deaths: deaths, retries: retries)
            deaths += cause.isDeath ? 1 : 0
            switch next {
            case .again: continue
            case .retry: retries += 1
            case .reject, .quarantine, .giveUp: break loop
            }
        }
        #expect(deaths <= RetrySchedule.deathLimit)
        #expect(tries <= RetrySchedule.deathLimit + 4)
    }
}
