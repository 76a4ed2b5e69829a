import SnugClient
import TestSupport
import Testing

@Suite("Reading metrics", .timeLimit(.standard))
struct MetricsReadingTests {
    private let page = MetricsReading(
        """
        # HELP snug_cache_requests_total Look-ups in caches.
        # TYPE snug_cache_requests_total counter
        snug_cache_requests_total{cache="pages",result="hit"} 40
        snug_cache_requests_total{cache="sessions",result="hit"} 2e1
        snug_cache_requests_total{cache="sessions",result="miss"} 5
        snug_commit_seconds_bucket{le="+Inf"} 7
        snug_commit_seconds_sum 1.25
        snug_file{path="a \\"quoted\\", {odd} name",kind="b"} 3 1764324000000
        not a sample
        """
    )

    @Test("Samples of one name are added up, all or those with a label")
    func sums() {
        #expect(page.sum("snug_cache_requests_total") == 65)
        #expect(page.sum("snug_cache_requests_total", ["result": "hit"]) == 60)
        #expect(page.sum("snug_cache_requests_total", ["cache": "sessions", "result": "miss"]) == 5)
        #expect(page.sum("snug_commit_seconds_sum") == 1.25)
    }

    @Test("What is not on the page has no sum")
    func missing() {
        #expect(page.sum("snug_commit_seconds") == nil)
        #expect(page.sum("snug_cache_requests_total", ["result": "neither"]) == nil)
        #expect(page.sum("not") == nil)
    }

    @Test("A label may contain quotes, commas and braces, and a sample may have a time")
    func odd() {
        #expect(page.sum("snug_file", ["kind": "b"]) == 3)
    }
}
