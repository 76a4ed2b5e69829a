/// A span of each day in local time, as operators write it: `03:00-05:00`, or `23:00-01:00` across midnight.
package struct DailyWindow: Sendable, Equatable, CustomStringConvertible {
    /// Minutes since midnight; 0–1439.
    let start: Int
    /// Minutes since midnight, not included; 0–1439.
    let end: Int

    /// Nil if the text is malformed, or if both times are the same.
    package init?(_ text: String) {
        let times = text.split(separator: "-", omittingEmptySubsequences: false).map(Self.minute)
        guard times.count == 2, let start = times[0], let end = times[1], start != end else { return nil }
        self.start = start
        self.end = end
    }

    /// - Parameter minute: Minutes since midnight.
    package func contains(minute: Int) -> Bool {
        start < end ? (start..<end).contains(minute) : !(end..<start).contains(minute)
    }

    package var description: String {
        [start, end].map { "\(Self.digits($0 / 60)):\(Self.digits($0 % 60))" }.joined(separator: "-")
    }

    private static func minute(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let isDigits = { (part: Substring) in part.utf8.count == 2 && part.utf8.allSatisfy { (48...57).contains($0) } }
        guard parts.count == 2, parts.allSatisfy(isDigits), let hour = Int(parts[0]), let minute = Int(parts[1]),
            hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }

    private static func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
