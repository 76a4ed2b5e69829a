import SnugSettings
import TestSupport
import Testing

@testable import Janitor

@Suite("Time spans of operators", .timeLimit(.standard))
struct PeriodTests {
    @Test(
        "Seconds, minutes, hours and days are understood",
        arguments: [
            ("0s", 0), ("90s", 90), ("30m", 1800), ("24h", 86_400), ("7d", 604_800),
        ]
    )
    func good(text: String, seconds: Int) {
        #expect(Period(text)?.seconds == seconds)
    }

    @Test("Anything else is not", arguments: ["", "h", "24", "-1h", "1.5h", "1w", "1 h", "h1", "999999d", "1hh"])
    func bad(text: String) {
        #expect(Period(text) == nil)
    }

    @Test("The grace periods are those of the design")
    func defaults() {
        let grace = GracePeriods()
        #expect(grace.receiving.seconds == 3600)
        #expect(grace.unattached.seconds == 24 * 3600)
        #expect(grace.unknown.seconds == 24 * 3600)
        #expect(grace.log.seconds == 7 * 24 * 3600)
        #expect(grace.trash.seconds == 7 * 24 * 3600)
    }
}
