import Chat
import SnugSettings
import TestSupport
import Testing

@testable import Server

@Suite("Rate rules", .timeLimit(.standard))
struct RateRuleTests {
    @Test("A rate has the given burst, or its count")
    func rule() {
        #expect(RateRule("3/1s burst 5") == RateRule(count: 3, seconds: 1, burst: 5))
        #expect(RateRule("60/60s") == RateRule(count: 60, seconds: 60, burst: 60))
        #expect(RateRule(" 1/86400s ") == RateRule(count: 1, seconds: 86_400, burst: 1))
    }

    @Test(
        "Anything else is rejected as a rate",
        arguments: [
            "", "3", "3/", "/1s", "3/1", "3/s", "3/1m", "0/1s", "-1/1s", "3/0s", "3/86401s", "1000001/1s", "3/1s burst",
            "3/1s burst 0", "3/1s burst x", "3/1s bursts 5", "3/1s burst 5 6", "3/1s/1s", "3 / 1s", "off",
        ]
    )
    func bad(text: String) {
        #expect(RateRule(text) == nil)
    }

    @Test("A list must be valid as a whole; off removes the limit")
    func list() {
        #expect(RateRule.list("off") == [])
        #expect(RateRule.list("3/1s burst 5, 60/60s") == RateSettings().messages)
        #expect(RateRule.list("10/10s,200/3600s") == RateSettings().uploads)
        for text in ["", ",", "3/1s, x", "off, 3/1s"] { #expect(RateRule.list(text) == nil) }
    }
}
