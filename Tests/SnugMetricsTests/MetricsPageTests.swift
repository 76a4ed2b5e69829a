import SnugMetrics
import TestSupport
import Testing

@Suite("Prometheus' text format", .timeLimit(.standard))
struct MetricsPageTests {
    private enum Colour: String, CaseIterable { case red, green }

    @Test("Counters and gauges have their help, their type and a line for each series")
    func simple() {
        var page = MetricsPage()
        page.counter("things_total", "Things.", 3)
        page.gauge("level", "Level.", [.init(["side": "left", "floor": "2"], 0.5), .init(["side": "right"], -1)])
        page.gauge("nothing", "Cannot be read now.", [])
        #expect(
            page.text == """
                # HELP things_total Things.
                # TYPE things_total counter
                things_total 3
                # HELP level Level.
                # TYPE level gauge
                level{side="left",floor="2"} 0.5
                level{side="right"} -1
                # HELP nothing Cannot be read now.
                # TYPE nothing gauge

                """
        )
    }

    @Test("A histogram has a line for each bound, one for everything, the sum and the count")
    func histograms() {
        let histogram = Histogram(seconds: [0.00001, 0.25, 1])
        histogram.observe(.milliseconds(250))
        histogram.observe(.seconds(2))
        var page = MetricsPage()
        page.histogram("time_seconds", "Time.", [.init(["kind": "a"], histogram.reading)])
        #expect(
            page.text == """
                # HELP time_seconds Time.
                # TYPE time_seconds histogram
                time_seconds_bucket{kind="a",le="1e-05"} 0
                time_seconds_bucket{kind="a",le="0.25"} 1
                time_seconds_bucket{kind="a",le="1"} 1
                time_seconds_bucket{kind="a",le="+Inf"} 2
                time_seconds_sum{kind="a"} 2.25
                time_seconds_count{kind="a"} 2

                """
        )
    }

    @Test("A summary has the sum and the count")
    func summaries() {
        let time = DurationSum()
        time.observe(.milliseconds(1500))
        time.observe(.milliseconds(500))
        var page = MetricsPage()
        page.summary("run_seconds", "Runs.", [.init(["operation": "messages.post"], time)])
        #expect(page.text.contains("run_seconds_sum{operation=\"messages.post\"} 2\n"))
        #expect(page.text.contains("run_seconds_count{operation=\"messages.post\"} 2\n"))
        #expect(page.text.contains("# TYPE run_seconds summary\n"))
    }

    @Test("Quotes, backslashes and line breaks in the value of a label are escaped")
    func escaping() {
        var page = MetricsPage()
        page.gauge("level", "Level.", [.init(["text": "a\"b\\c\nd"], 1)])
        #expect(page.text.hasSuffix("level{text=\"a\\\"b\\\\c\\nd\"} 1\n"))
    }

    @Test("A family has a metric for every case of its label, before anything is counted")
    func families() {
        let family = Family<Colour, _> { _ in Counter() }
        family[.green].add(2)
        #expect(family.all.map(\.label) == [.red, .green])
        #expect(family.all.map(\.metric.value) == [0, 2])
    }
}
