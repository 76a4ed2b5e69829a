/// A page in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/).
package struct MetricsPage: Sendable {
    package typealias Labels = KeyValuePairs<String, String>

    /// A value with its labels.
    package struct Series<Value: Sendable>: Sendable {
        package let labels: Labels
        package let value: Value

        package init(_ labels: Labels, _ value: Value) {
            self.labels = labels
            self.value = value
        }

        /// Without labels.
        package init(_ value: Value) {
            self.init([:], value)
        }
    }

    /// Media type of the text.
    package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    package private(set) var text = ""
    private var names: Set<String> = []

    package init() {}

    /// Adds a metric that only grows. Its name ends in `_total`.
    ///
    /// - Parameter samples: The labels and the value of each series.
    package mutating func counter(_ name: String, _ help: String, _ samples: [Series<Double>]) {
        precondition(name.hasSuffix("_total"), "the name of a counter ends in _total")
        begin(name, "counter", help)
        for sample in samples { add(name, sample.labels, sample.value) }
    }

    package mutating func counter(_ name: String, _ help: String, _ value: Int) {
        counter(name, help, [Series(Double(value))])
    }

    /// Adds a metric that goes up and down.
    package mutating func gauge(_ name: String, _ help: String, _ samples: [Series<Double>]) {
        begin(name, "gauge", help)
        for sample in samples { add(name, sample.labels, sample.value) }
    }

    package mutating func gauge(_ name: String, _ help: String, _ value: Double) {
        gauge(name, help, [Series(value)])
    }

    package mutating func histogram(
        _ name: String,
        _ help: String,
        _ series: [Series<Histogram.Reading>]
    ) {
        begin(name, "histogram", help)
        for (labels, reading) in series.lazy.map({ ($0.labels, $0.value) }) {
            for bucket in reading.buckets {
                add(name + "_bucket", labels, Double(bucket.count), bound: Self.number(bucket.bound))
            }
            add(name + "_bucket", labels, Double(reading.count), bound: "+Inf")
            add(name + "_sum", labels, reading.sum)
            add(name + "_count", labels, Double(reading.count))
        }
    }

    package mutating func histogram(_ name: String, _ help: String, _ histogram: Histogram) {
        self.histogram(name, help, [Series(histogram.reading)])
    }

    /// Adds sums and counts of durations, without quantiles.
    package mutating func summary(_ name: String, _ help: String, _ series: [Series<DurationSum>]) {
        begin(name, "summary", help)
        for (labels, sum) in series.lazy.map({ ($0.labels, $0.value) }) {
            add(name + "_sum", labels, sum.sum)
            add(name + "_count", labels, Double(sum.count))
        }
    }

    // MARK: - Lines

    private mutating func begin(_ name: String, _ type: String, _ help: String) {
        precondition(names.insert(name).inserted, "\(name) is on the page already")
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    private mutating func add(_ name: String, _ labels: Labels, _ value: Double, bound: String? = nil) {
        text += name
        var parts = labels.map { "\($0)=\"\(Self.escaped($1))\"" }
        if let bound { parts.append("le=\"\(bound)\"") }
        if !parts.isEmpty { text += "{" + parts.joined(separator: ",") + "}" }
        text += " " + Self.number(value) + "\n"
    }

    /// Whole numbers are written without a fraction.
    private static func number(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? "\(value)"
    }

    private static func escaped(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\"") || $0 == 10 }) else {
            return value
        }
        var text = ""
        for character in value {
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
        return text
    }
}
