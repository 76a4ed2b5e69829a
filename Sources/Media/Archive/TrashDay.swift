import FoundationEssentials

/// A day in UTC, after which a trash folder is named: `yyyymmdd`.
package struct TrashDay: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// `year * 10_000 + month * 100 + day`.
    let number: Int

    package init(_ date: Date) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.year, .month, .day], from: date)
        number = (parts.year ?? 0) * 10_000 + (parts.month ?? 0) * 100 + (parts.day ?? 0)
    }

    /// Reads eight digits; nil for anything else.
    init?(name: String) {
        guard name.utf8.count == 8, name.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(name),
            number >= 1970_0101
        else { return nil }
        self.number = number
    }

    package static func < (lhs: TrashDay, rhs: TrashDay) -> Bool { lhs.number < rhs.number }

    package var description: String { String(number) }
}
