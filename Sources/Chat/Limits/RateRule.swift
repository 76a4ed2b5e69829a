/// A rate limit as one token bucket, written `count/seconds` with a burst that defaults to the count.
package struct RateRule: Sendable, Equatable {
    /// Tokens that are refilled within `seconds`.
    package let count: Int
    package let seconds: Int
    /// Tokens that a full bucket holds.
    package let burst: Int
    /// Time in which one token is refilled.
    let interval: Duration
    /// Time in which an empty bucket becomes full.
    let wholeTime: Duration

    /// - Precondition: All three are positive.
    package init(count: Int, seconds: Int, burst: Int) {
        precondition(count > 0 && seconds > 0 && burst > 0, "a rate allows something")
        self.count = count
        self.seconds = seconds
        self.burst = burst
        interval = .seconds(seconds) / count
        wholeTime = interval * burst
    }
}

extension RateRule {
    /// Reads `3/1s burst 5`; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let words = text.split(separator: " ")
        guard words.count == 1 || (words.count == 3 && words[1] == "burst"), let rate = words.first else { return nil }
        let sides = rate.split(separator: "/", omittingEmptySubsequences: false)
        guard sides.count == 2, sides[1].last == "s", let count = Int(sides[0]), let seconds = Int(sides[1].dropLast()),
            (1...1_000_000).contains(count), (1...86_400).contains(seconds)
        else { return nil }
        guard words.count == 3 else {
            self.init(count: count, seconds: seconds, burst: count)
            return
        }
        guard let burst = Int(words[2]), (1...1_000_000).contains(burst) else { return nil }
        self.init(count: count, seconds: seconds, burst: burst)
    }

    /// Reads a comma-separated list, or `off`; nil for anything else.
    package static func list(_ text: String) -> [RateRule]? {
        guard text != "off" else { return [] }
        let rules = text.split(separator: ",").map { RateRule($0) }
        let read = rules.compactMap(\.self)
        return read.isEmpty || read.count != rules.count ? nil : read
    }
}

extension RateRule: CustomStringConvertible {
    package var description: String { "\(count)/\(seconds)s" + (burst == count ? "" : " burst \(burst)") }
}
