import TestSupport
import Testing

@testable import Chat

@Suite("Rate ledger", .timeLimit(.standard))
struct RateLedgerTests {
    private let start = ContinuousClock.now

    private func ledger(_ rules: String, capacity: Int = 100) throws -> RateLedger<Int> {
        RateLedger(try #require(RateRule.list(rules)), capacity: capacity)
    }

    @Test("Every rule must allow, and the longest wait is returned")
    func rules() throws {
        var ledger = try ledger("2/1s, 3/60s")
        #expect(ledger.take([1], at: start) == .allowed(remaining: 1))
        #expect(ledger.take([1], at: start) == .allowed(remaining: 0))
        #expect(ledger.take([1], at: start) == .refused(retryAfterSeconds: 1))
        #expect(ledger.take([1], at: start + .seconds(1)) == .allowed(remaining: 0))
        // The second is full again by then, the minute is not.
        #expect(ledger.take([1], at: start + .seconds(2)) == .refused(retryAfterSeconds: 18))
        #expect(ledger.take([1], at: start + .seconds(19)) == .refused(retryAfterSeconds: 1))
        #expect(ledger.take([1], at: start + .seconds(20)) == .allowed(remaining: 0))
    }

    @Test("A refusal uses no tokens of any rule")
    func refusalIsFree() throws {
        var ledger = try ledger("1/1s, 2/60s")
        #expect(ledger.take([1], at: start) == .allowed(remaining: 0))
        for _ in 0..<50 { #expect(ledger.take([1], at: start) == .refused(retryAfterSeconds: 1)) }
        #expect(ledger.take([1], at: start + .seconds(1)) == .allowed(remaining: 0))
    }

    @Test("A wait below a second is rounded up to one")
    func shortWait() throws {
        var ledger = try ledger("10/1s burst 1")
        #expect(ledger.take([1], at: start) == .allowed(remaining: 0))
        #expect(ledger.take([1], at: start) == .refused(retryAfterSeconds: 1))
    }

    @Test("Keys have separate limits")
    func keys() throws {
        var ledger = try ledger("1/60s")
        #expect(ledger.take([1], at: start) == .allowed(remaining: 0))
        #expect(ledger.take([2], at: start) == .allowed(remaining: 0))
        #expect(ledger.take([1], at: start) == .refused(retryAfterSeconds: 60))
    }

    @Test("All of several keys must allow, and none is charged if one does not")
    func severalKeys() throws {
        var ledger = try ledger("2/60s")
        #expect(ledger.take([1, 2], at: start) == .allowed(remaining: 1))
        #expect(ledger.take([1, 3], at: start) == .allowed(remaining: 0))
        #expect(ledger.take([1, 2], at: start) == .refused(retryAfterSeconds: 30))
        #expect(ledger.take([2], at: start) == .allowed(remaining: 0))
    }

    @Test("I8: the number of remembered keys is limited")
    func bounded() throws {
        var ledger = try ledger("5/60s", capacity: 100)
        for key in 0..<10_000 {
            _ = ledger.take([key], at: start + .milliseconds(key))
            try #require(ledger.count <= 100)
        }
        // And most of the newest are there, so that the room is used.
        #expect(ledger.count > 70)
    }

    @Test("I8: a flood of invented keys does not reset a used-up limit")
    func flood() throws {
        var ledger = try ledger("5/60s", capacity: 100)
        for _ in 0..<5 { _ = ledger.take([-1], at: start) }
        for key in 0..<5000 { _ = ledger.take([key], at: start + .milliseconds(key)) }
        #expect(ledger.take([-1], at: start + .seconds(5)) == .refused(retryAfterSeconds: 7))
    }

    @Test("I8: keys with full buckets are removed first, and used ones stay")
    func fullOnesGo() throws {
        var ledger = try ledger("1/60s", capacity: 8)
        for key in 0..<6 { _ = ledger.take([key], at: start) }
        for key in 6..<8 { _ = ledger.take([key], at: start + .seconds(30)) }
        // The first six are full by now.
        #expect(ledger.take([8], at: start + .seconds(60)) == .allowed(remaining: 0))
        #expect(ledger.count == 3)
        for key in 6..<8 {
            #expect(ledger.take([key], at: start + .seconds(60)) == .refused(retryAfterSeconds: 30))
        }
    }

    @Test("I8: there is room even if every key was used up at the same time")
    func sameMoment() throws {
        var ledger = try ledger("1/60s", capacity: 4)
        for key in 0..<100 { #expect(ledger.take([key], at: start) == .allowed(remaining: 0)) }
        #expect(ledger.count <= 4)
    }

    @Test("Without a rule there is no limit, and nothing is stored")
    func off() {
        let limiter = RateLimiter<Int>([], capacity: 1) { preconditionFailure("nobody needs the time") }
        for key in 0..<100 { #expect(limiter.take([key]) == .allowed(remaining: nil)) }
    }

    @Test("I8: concurrent threads get no more than one would")
    func threads() async {
        let start = start
        let limiter = RateLimiter<Int>([RateRule(count: 100, seconds: 60, burst: 100)], capacity: 10) { start }
        let allowed = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<100).count { _ in limiter.take([1]) != .refused(retryAfterSeconds: 1) }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(allowed == 100)
    }
}
