import FoundationEssentials

/// A time in milliseconds since 1970-01-01 UTC, as in the database.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    @inlinable package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package static var now: Timestamp {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }

    @inlinable package static func == (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds == right.milliseconds
    }

    @inlinable package func hash(into hasher: inout Hasher) {
        hasher.combine(milliseconds)
    }

    @inlinable package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    package static func + (time: Timestamp, duration: Duration) -> Timestamp {
        let parts = duration.components
        return Timestamp(
            milliseconds: time.milliseconds + parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000
        )
    }

    package static func - (time: Timestamp, duration: Duration) -> Timestamp {
        time + (.zero - duration)
    }
}
