import Synchronization

/// A number that only grows. It is added to from any thread without a lock, and read when somebody scrapes.
package final class Counter: Sendable {
    private let count = Atomic(0)

    package init() {}

    package var value: Int { count.load(ordering: .relaxed) }

    package func add(_ amount: Int = 1) {
        count.add(amount, ordering: .relaxed)
    }
}

/// How often a cache had what was asked for.
package final class CacheCounters: Sendable {
    package let hits = Counter()
    package let misses = Counter()

    package init() {}

    /// Counts a look-up.
    ///
    /// - Returns: What was found, unchanged.
    package func note<Value>(_ found: Value?) -> Value? {
        (found == nil ? misses : hits).add()
        return found
    }
}
