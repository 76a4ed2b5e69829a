import SnugMetrics

/// What the writer of a database counts for monitoring.
package struct CommitMetrics: Sendable {
    /// Writes in each transaction, those that were refused included.
    package let groupSize = Histogram(counts: [1, 2, 4, 8, 16, 32, 64])
    /// Time of each transaction that was committed, from its beginning until it is durable.
    package let time = Histogram(seconds: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5])
}
