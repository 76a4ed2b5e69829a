import TestSupport
import Testing

@testable import Chat

@Suite("Token buckets", .timeLimit(.standard))
struct TokenBucketTests {
    private let start = ContinuousClock.now

    private func taken(_ bucket: inout TokenBucket, _ rule: RateRule, at now: ContinuousClock.Instant) -> Int {
        var count = 0
        while count < 10_000, bucket.take(rule, at: now) { count += 1 }
        return count
    }

    @Test("I8: while the clock stands still, exactly one burst is allowed")
    func burst() {
        for burst in [1, 5, 60] {
            var bucket = TokenBucket(at: start)
            #expect(taken(&bucket, RateRule(count: 3, seconds: 1, burst: burst), at: start) == burst)
        }
    }

    @Test("Tokens are refilled one by one, up to the burst")
    func refill() {
        let rule = RateRule(count: 2, seconds: 10, burst: 3)
        var bucket = TokenBucket(at: start)
        #expect(taken(&bucket, rule, at: start) == 3)
        #expect(taken(&bucket, rule, at: start + .milliseconds(4999)) == 0)
        #expect(taken(&bucket, rule, at: start + .milliseconds(5000)) == 1)
        #expect(taken(&bucket, rule, at: start + .milliseconds(9999)) == 0)
        #expect(taken(&bucket, rule, at: start + .seconds(15)) == 2)
        #expect(taken(&bucket, rule, at: start + .seconds(100_000)) == 3)
    }

    @Test("I8: over a long time the rate holds, whatever the pattern of requests")
    func longRun() {
        let rule = RateRule(count: 7, seconds: 3, burst: 4)
        var bucket = TokenBucket(at: start)
        var count = 0
        for step in 0...300_000 { count += taken(&bucket, rule, at: start + .milliseconds(step)) }
        #expect(count == 4 + 700)
    }

    @Test("The wait is exact, and tokens are whole numbers")
    func wait() {
        let rule = RateRule(count: 1, seconds: 8, burst: 2)
        var bucket = TokenBucket(at: start)
        #expect(bucket.tokens(rule, at: start) == 2)
        #expect(bucket.wait(rule, at: start) == nil)
        #expect(taken(&bucket, rule, at: start) == 2)
        #expect(bucket.tokens(rule, at: start) == 0)
        #expect(bucket.wait(rule, at: start) == .seconds(8))
        #expect(bucket.wait(rule, at: start + .milliseconds(7999)) == .milliseconds(1))
        #expect(bucket.wait(rule, at: start + .seconds(8)) == nil)
        #expect(bucket.tokens(rule, at: start + .seconds(15)) == 1)
        #expect(bucket.tokens(rule, at: start + .seconds(16)) == 2)
    }

    @Test("An earlier time, from another thread's clock, adds no tokens")
    func earlier() {
        let rule = RateRule(count: 1, seconds: 1, burst: 1)
        var bucket = TokenBucket(at: start)
        #expect(taken(&bucket, rule, at: start + .seconds(10)) == 1)
        #expect(taken(&bucket, rule, at: start) == 0)
        #expect(taken(&bucket, rule, at: start + .milliseconds(10_999)) == 0)
        #expect(taken(&bucket, rule, at: start + .seconds(11)) == 1)
    }
}
