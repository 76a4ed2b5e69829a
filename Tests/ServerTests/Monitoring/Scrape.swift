import SnugClient
import Testing

/// A page of metrics as a client reads it.
struct Scrape: Sendable {
    struct Family: Sendable, Equatable {
        let type: String
        let help: String
    }

    let text: String
    /// By name.
    private(set) var families: [String: Family] = [:]
    /// Value of each series, by its name with its labels as they are written.
    private(set) var values: [String: Double] = [:]

    init(_ text: String) throws {
        self.text = text
        var help: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            if line.hasPrefix("# HELP ") {
                help[words[2]] = words[3]
            } else if line.hasPrefix("# TYPE ") {
                families[words[2]] = Family(type: words[3], help: try #require(help[words[2]]))
            } else {
                let space = try #require(line.lastIndex(of: " "))
                let value = try #require(Double(line[line.index(after: space)...]))
                #expect(values.updateValue(value, forKey: String(line[..<space])) == nil, "\(line) comes twice")
            }
        }
    }

    var series: Set<String> { Set(values.keys) }

    /// The value of a series; nil without one.
    subscript(series: String) -> Double? { values[series] }

    /// Values of every label, by its name.
    var labels: [String: Set<String>] {
        var found: [String: Set<String>] = [:]
        for series in values.keys {
            for match in series.matches(of: /(\w+)="([^"]*)"/) {
                found[String(match.1), default: []].insert(String(match.2))
            }
        }
        return found
    }

    /// The name of the family of a series.
    func family(of series: String) -> String? {
        let name = String(series.prefix { $0 != "{" })
        if families[name] != nil { return name }
        return ["_bucket", "_sum", "_count"].lazy.filter(name.hasSuffix).map { String(name.dropLast($0.count)) }
            .first { families[$0] != nil }
    }

    /// Names of the labels of a family, without that of buckets.
    func labels(of family: String) -> Set<String> {
        var names: Set<String> = []
        for series in values.keys where self.family(of: series) == family {
            names.formUnion(series.matches(of: /(\w+)="/).map { String($0.1) })
        }
        return names.subtracting(["le"])
    }
}

extension RequestSending {
    func scrape() async throws -> Scrape {
        try Scrape(try await send(.GET, "/metrics").expect(200).text)
    }
}
