import Chat
import Vocabulary

extension Timestamp {
    /// Appends `2026-11-21T08:00:00.000Z` (RFC 3339 section 5.6), UTC with milliseconds.
    ///
    /// Computed in the proleptic Gregorian calendar, in eras of 400 years that start in March, so that the leap day is
    /// the last of its year.
    package func appendRFC3339(to output: inout [UInt8]) {
        let days = milliseconds.floorDivided(by: 86_400_000)
        let time = milliseconds - days * 86_400_000
        let shifted = days + 719_468
        let era = shifted.floorDivided(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { text in
            text.write(year, digits: 4, at: 0)
            text.write(month, digits: 2, at: 5)
            text.write(day, digits: 2, at: 8)
            text.write(time / 3_600_000, digits: 2, at: 11)
            text.write(time / 60_000 % 60, digits: 2, at: 14)
            text.write(time / 1000 % 60, digits: 2, at: 17)
            text.write(time % 1000, digits: 3, at: 20)
            text[4] = UInt8(ascii: "-")
            text[7] = UInt8(ascii: "-")
            text[10] = UInt8(ascii: "T")
            text[13] = UInt8(ascii: ":")
            text[16] = UInt8(ascii: ":")
            text[19] = UInt8(ascii: ".")
            text[23] = UInt8(ascii: "Z")
            output.append(contentsOf: text)
        }
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self - divisor + 1) / divisor
    }
}

extension UnsafeMutableBufferPointer<UInt8> {
    /// Writes a number with leading zeros.
    fileprivate func write(_ number: Int64, digits: Int, at start: Int) {
        var rest = number
        for place in (start..<start + digits).reversed() {
            self[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }
}
