import SnugMetrics
import TestSupport
import Testing

@Suite("Histograms and counters", .timeLimit(.standard))
struct HistogramTests {
    @Test("An observation is counted up to its bound and in every larger bucket")
    func buckets() {
        let histogram = Histogram(counts: [1, 4, 16])
        for value in [1, 2, 4, 5, 16, 17, 400] { histogram.observe(value) }
        let reading = histogram.reading
        #expect(reading.buckets.map(\.bound) == [1, 4, 16])
        #expect(reading.buckets.map(\.count) == [1, 3, 5])
        #expect(reading.count == 7)
        #expect(reading.sum == 445)
    }

    @Test("Durations are shown in seconds")
    func durations() {
        let histogram = Histogram(seconds: [0.001, 0.5])
        histogram.observe(.microseconds(1000))
        histogram.observe(.microseconds(1001))
        histogram.observe(.seconds(3))
        #expect(histogram.reading.buckets.map(\.count) == [1, 2])
        #expect(histogram.reading.count == 3)
        #expect(abs(histogram.reading.sum - 3.002001) < 0.000_000_001)
    }

    @Test("What is measured is counted also when it throws")
    func throwing() {
        let histogram = Histogram(seconds: [60])
        #expect(histogram.measure { 7 } == 7)
        #expect(throws: CancellationError.self) { try histogram.measure { throw CancellationError() } }
        #expect(histogram.reading.count == 2)
        #expect(histogram.reading.buckets.map(\.count) == [2])
    }

    @Test("Nothing is lost when many threads count at once")
    func threads() async {
        let (counter, histogram) = (Counter(), Histogram(counts: [10]))
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for value in 0..<10_000 {
                        counter.add()
                        histogram.observe(value % 20)
                    }
                }
            }
        }
        #expect(counter.value == 80_000)
        #expect(histogram.reading.count == 80_000)
        #expect(histogram.reading.buckets[0].count == 44_000)
        #expect(histogram.reading.sum == 760_000)
    }

    @Test("A cache counts what it had and what it had not")
    func caches() {
        let counters = CacheCounters()
        #expect(counters.note(1) == 1)
        #expect(counters.note(2) == 2)
        #expect(counters.note(Int?.none) == nil)
        #expect(counters.hits.value == 2)
        #expect(counters.misses.value == 1)
    }
}
