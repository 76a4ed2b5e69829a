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

@Suite("Networks", .timeLimit(.standard))
struct IPNetworkTests {
    @Test(
        "A network contains the addresses with its prefix",
        arguments: [
            ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false),
            ("10.1.2.3/8", "10.9.9.9", true), ("192.0.2.128/25", "192.0.2.127", false),
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("192.0.2.1/32", "192.0.2.1", true),
            ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "2001:db8::1", true),
            ("fd00::/8", "fdff::1", true), ("fd00::/8", "fe00::1", false), ("2001:db8::/33", "2001:db8:8000::", false),
            ("10.0.0.0/8", "::ffff:10.1.1.1", true), ("::ffff:10.0.0.0/104", "10.1.1.1", true),
            ("::ffff:10.0.0.1", "10.0.0.1", true), ("::1", "::1", true), ("::/0", "10.0.0.1", false),
        ]
    )
    func contains(network: String, address: String, isInside: Bool) throws {
        let network = try #require(IPNetwork(network))
        #expect(network.contains(try #require(IPAddress(address))) == isInside)
    }

    @Test(
        "Anything else is rejected as a network",
        arguments: [
            "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0/8", "10/8",
            "::/129", "::ffff:10.0.0.0/95", "fe80::1%eth0", "localhost", "10.0.0.0 /8", "10.0.0.0/8x", "[::1]/128",
        ]
    )
    func malformed(text: String) {
        #expect(IPNetwork(text) == nil)
    }
}
