/// Sorted measured values.
struct Percentiles: Sendable {
    private let sorted: [Double]

    init(_ values: [Double]) {
        sorted = values.sorted()
    }

    var count: Int { sorted.count }

    /// The smallest value that at least `percent` of all values do not exceed; NaN when there are none.
    func rank(_ percent: Double) -> Double {
        guard !sorted.isEmpty else { return .nan }
        let position = (percent / 100 * Double(sorted.count)).rounded(.up)
        return sorted[min(sorted.count, max(1, Int(position))) - 1]
    }

    var median: Double { rank(50) }
    var mean: Double { sorted.isEmpty ? .nan : sorted.reduce(0, +) / Double(sorted.count) }
}
