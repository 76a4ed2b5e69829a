/// The samples of a page in the text format of Prometheus.
package struct MetricsReading: Sendable {
    private struct Sample {
        let name: Substring
        let labels: [String: String]
        let value: Double
    }

    private let samples: [Sample]

    /// Lines that are no samples are left out.
    package init(_ page: String) {
        samples = page.split(separator: "\n").compactMap(Self.sample)
    }

    /// The sum over all samples of that name that have these labels, whatever others they have; nil if there are none.
    package func sum(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        let found = samples.filter { sample in
            sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }
        return found.isEmpty ? nil : found.reduce(0) { $0 + $1.value }
    }

    private static func sample(_ line: Substring) -> Sample? {
        guard let match = line.wholeMatch(of: /([A-Za-z_:][A-Za-z0-9_:]*)(?:\{(.*)\})?[ \t]+(\S+)(?:[ \t]+-?\d+)?/),
            let value = Double(match.3)
        else { return nil }
        var labels: [String: String] = [:]
        for label in (match.2 ?? "").matches(of: /([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"/) {
            labels[String(label.1)] = String(label.2)
        }
        return Sample(name: match.1, labels: labels, value: value)
    }
}
