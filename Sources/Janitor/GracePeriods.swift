import ArgumentParser
import Chat

/// How long things may be left over before they count as leftovers.
struct GracePeriods: Sendable, Equatable {
    /// An upload that is being received.
    var receiving = Period(seconds: 3600)
    /// An upload that no message holds.
    var unattached = Period(seconds: 86_400)
    /// A file without a row. Long, because a database restored from yesterday's backup lacks today's rows.
    var unknown = Period(seconds: 86_400)
    /// An event in the log, for clients that come back.
    var log = Period(seconds: 7 * 86_400)
    /// A file in the trash.
    var trash = Period(seconds: 7 * 86_400)
}

/// A time span as operators write it: `90s`, `30m`, `24h`, `7d`.
struct Period: Sendable, Equatable, ExpressibleByArgument {
    let seconds: Int

    init(seconds: Int) {
        self.seconds = seconds
    }

    init?(argument: String) {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = argument.last.flatMap({ units[$0] }), let count = Int(argument.dropLast()),
            (0...100_000).contains(count)
        else { return nil }
        seconds = count * unit
    }

    var duration: Duration { .seconds(seconds) }
}

extension Timestamp {
    static func before(_ period: Period) -> Timestamp {
        .now - period.duration
    }
}
