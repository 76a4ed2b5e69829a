import Chat

/// Ages at which the janitor removes leftovers.
package struct GracePeriods: Sendable, Equatable {
    /// Unfinished uploads.
    package var receiving = Period(seconds: 3600)
    /// Uploads that no message uses.
    package var unattached = Period(seconds: 86_400)
    /// Attachments that were deleted. At once, because people expect what they delete to be gone.
    package var deleted = Period(seconds: 0)
    /// Deleted rooms with their messages.
    package var rooms = Period(seconds: 0)
    /// Idempotency keys, which clients rely on for a day.
    package var keys = GracePeriods.shortestKeys
    /// Sessions, after they have expired.
    package var sessions = Period(seconds: 86_400)
    /// Files without a row. Long, because a database restored from yesterday's backup lacks today's rows.
    package var unknown = Period(seconds: 86_400)
    /// Events in the log, from which clients resume.
    package var log = Period(seconds: 7 * 86_400)
    /// Files in the trash.
    package var trash = Period(seconds: 7 * 86_400)

    /// As long as a repeated request is recognised.
    static let shortestKeys = Period(seconds: Int(IdempotencyKey.lifetime.components.seconds))

    package init() {}
}

/// A time span as operators write it: `90s`, `30m`, `24h`, `7d`.
package struct Period: Sendable, Equatable, CustomStringConvertible {
    package let seconds: Int

    private static let units: [(letter: Character, seconds: Int)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]

    package init(seconds: Int) {
        self.seconds = seconds
    }

    /// Nil if the text is malformed, or above 100,000 of its unit.
    package init?(_ text: String) {
        guard let unit = Self.units.first(where: { $0.letter == text.last }), let count = Int(text.dropLast()),
            (0...100_000).contains(count)
        else { return nil }
        seconds = count * unit.seconds
    }

    package var duration: Duration { .seconds(seconds) }

    package var description: String {
        guard let unit = Self.units.first(where: { seconds.isMultiple(of: $0.seconds) }) else { return "\(seconds)s" }
        return "\(seconds / unit.seconds)\(unit.letter)"
    }
}
