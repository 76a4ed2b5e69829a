import Chat

extension Timestamp {
    /// Appends `2026-11-21T08:00:00.000Z` (RFC 3339 section 5.6), UTC with milliseconds.
    ///
    /// The calendar arithmetic is that of the proleptic Gregorian calendar, counted in eras of 400 years that begin
    /// in March, so that the leap day comes last.
    func appendRFC3339(to bytes: inout [UInt8]) {
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
        bytes.append(year, digits: 4)
        bytes.append(0x2D)
        bytes.append(month, digits: 2)
        bytes.append(0x2D)
        bytes.append(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, digits: 2)
        bytes.append(0x54)
        bytes.append(time / 3_600_000, digits: 2)
        bytes.append(0x3A)
        bytes.append(time / 60_000 % 60, digits: 2)
        bytes.append(0x3A)
        bytes.append(time / 1000 % 60, digits: 2)
        bytes.append(0x2E)
        bytes.append(time % 1000, digits: 3)
        bytes.append(0x5A)
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self - divisor + 1) / divisor
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ number: Int64, digits: Int) {
        let start = count
        var rest = number
        for _ in 0..<digits {
            append(0x30 + UInt8(rest % 10))
            rest /= 10
        }
        self[start...].reverse()
    }
}
