/// Counts observations in buckets. Observing takes two atomic additions and no lock.
package final class Histogram: Sendable {
    /// What is observed.
    private enum Unit {
        /// Durations, kept in nanoseconds and shown in seconds, the base unit of Prometheus.
        case seconds
        /// Numbers of things.
        case count
    }

    /// Values at one moment. A scrape beside observations may lack the newest of them.
    package struct Reading: Sendable, Equatable {
        /// Upper bounds with the number of observations up to each, in ascending order.
        package let buckets: [(bound: Double, count: Int)]
        /// Observations in total.
        package let count: Int
        /// Sum of what was observed, in seconds for durations.
        package let sum: Double

        package static func == (left: Reading, right: Reading) -> Bool {
            left.count == right.count && left.sum == right.sum
                && left.buckets.elementsEqual(right.buckets) { $0 == $1 }
        }
    }

    private let unit: Unit
    private let shownBounds: [Double]
    /// In nanoseconds for durations.
    private let bounds: [Int]
    /// One for each bound, and one for what exceeds the last.
    private let buckets: [Counter]
    private let sum = Counter()

    /// A histogram of durations.
    ///
    /// - Parameter bounds: Upper bounds of the buckets in seconds, ascending.
    package init(seconds bounds: [Double]) {
        unit = .seconds
        shownBounds = bounds
        self.bounds = bounds.map { Int(($0 * 1_000_000_000).rounded()) }
        buckets = (0...bounds.count).map { _ in Counter() }
    }

    /// A histogram of numbers.
    ///
    /// - Parameter bounds: Upper bounds of the buckets, ascending.
    package init(counts bounds: [Int]) {
        unit = .count
        shownBounds = bounds.map(Double.init)
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Counter() }
    }

    /// - Parameter value: Nanoseconds for durations.
    package func observe(_ value: Int) {
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        buckets[index].add()
        sum.add(value)
    }

    package func observe(_ duration: Duration) {
        observe(duration.wholeNanoseconds)
    }

    /// Runs `body` and observes how long it took, also when it throws.
    package func measure<Value, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
        let start = ContinuousClock.now
        defer { observe(ContinuousClock.now - start) }
        return try body()
    }

    package var reading: Reading {
        let counts = buckets.map(\.value)
        var total = 0
        let cumulative = zip(shownBounds, counts).map { bound, count in
            total += count
            return (bound: bound, count: total)
        }
        let sum = Double(sum.value)
        return Reading(
            buckets: cumulative,
            count: total + (counts.last ?? 0),
            sum: unit == .seconds ? sum / 1_000_000_000 : sum
        )
    }
}

/// Sums durations without buckets, for what has too many labels for a histogram each.
package final class DurationSum: Sendable {
    private let observations = Counter()
    private let nanoseconds = Counter()

    package init() {}

    package func observe(_ duration: Duration) {
        observations.add()
        nanoseconds.add(duration.wholeNanoseconds)
    }

    package var count: Int { observations.value }
    /// In seconds.
    package var sum: Double { Double(nanoseconds.value) / 1_000_000_000 }
}

extension Duration {
    /// Rounded down.
    package var wholeNanoseconds: Int {
        Int(components.seconds) * 1_000_000_000 + Int(components.attoseconds / 1_000_000_000)
    }
}
