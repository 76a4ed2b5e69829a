import Chat
import Foundation
import NIOCore
import Vocabulary

/// Writes JSON (RFC 8259) as bytes.
///
/// Thousands of messages are encoded per second, for which Foundation's encoder is five times as slow. All responses
/// and events use this writer, so that each type has one JSON form.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// Provides media URLs and presence to the written values.
    let encoding: JSONEncoding
    /// The time for which media URLs are signed.
    let now: Timestamp
    private var needsComma = false

    init(encoding: JSONEncoding, now: Timestamp = .now, capacity: Int = 512) {
        self.encoding = encoding
        self.now = now
        bytes.reserveCapacity(capacity)
    }

    var buffer: ByteBuffer {
        ByteBuffer(bytes: bytes)
    }

    mutating func object(_ members: (inout JSONWriter) -> Void) {
        nested(open: 0x7B, close: 0x7D, members)
    }

    mutating func array<Elements: Sequence>(
        _ elements: Elements,
        _ write: (inout JSONWriter, Elements.Element) -> Void
    ) {
        nested(open: 0x5B, close: 0x5D) { json in
            for element in elements { write(&json, element) }
        }
    }

    /// Writes the name of a member; its value must follow.
    mutating func key(_ name: StaticString) {
        separate()
        bytes.append(0x22)
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(0x22)
        bytes.append(0x3A)
        needsComma = false
    }

    mutating func null() {
        raw("null")
    }

    mutating func value(_ flag: Bool) {
        raw(flag ? "true" : "false")
    }

    mutating func value(_ number: some FixedWidthInteger & SignedInteger) {
        separate()
        appendDecimal(Int64(number))
    }

    mutating func value(_ text: String) {
        separate()
        bytes.append(0x22)
        var text = text
        text.withUTF8 { appendEscaped($0) }
        bytes.append(0x22)
    }

    mutating func value<Entity>(_ id: Identifier<Entity>) {
        separate()
        bytes.append(0x22)
        appendUUID(id)
        bytes.append(0x22)
    }

    mutating func value(_ time: Timestamp) {
        separate()
        bytes.append(0x22)
        time.appendRFC3339(to: &bytes)
        bytes.append(0x22)
    }

    mutating func value(hex data: Data) {
        separate()
        bytes.append(0x22)
        for byte in data {
            bytes.append(Hex.digit(byte >> 4))
            bytes.append(Hex.digit(byte & 0x0F))
        }
        bytes.append(0x22)
    }

    /// With padding (RFC 4648 section 4).
    mutating func value(base64 data: Data) {
        separate()
        bytes.append(0x22)
        bytes.append(contentsOf: data.base64EncodedData())
        bytes.append(0x22)
    }

    /// A value that is already encoded as JSON.
    mutating func value(encoded json: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
    }

    private mutating func nested(open: UInt8, close: UInt8, _ body: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(open)
        needsComma = false
        body(&self)
        bytes.append(close)
        needsComma = true
    }

    private mutating func raw(_ text: StaticString) {
        separate()
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private mutating func separate() {
        if needsComma { bytes.append(0x2C) }
        needsComma = true
    }

    private mutating func appendDecimal(_ number: Int64) {
        if number < 0 { bytes.append(0x2D) }
        var rest = number.magnitude
        let start = bytes.count
        repeat {
            bytes.append(0x30 + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    private mutating func appendUUID<Entity>(_ id: Identifier<Entity>) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: UUID.textLength) { text in
            id.uuid.writeLowerCase(to: text)
            bytes.append(contentsOf: text)
        }
    }

    /// Appends runs of unescaped bytes: most text needs no escapes.
    private mutating func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for (index, byte) in text.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
            bytes.append(contentsOf: text[start..<index])
            start = index + 1
            appendEscape(byte)
        }
        bytes.append(contentsOf: text[start...])
    }

    private mutating func appendEscape(_ byte: UInt8) {
        bytes.append(0x5C)
        switch byte {
        case 0x22, 0x5C: bytes.append(byte)
        case 0x0A: bytes.append(0x6E)
        case 0x0D: bytes.append(0x72)
        case 0x09: bytes.append(0x74)
        default:
            bytes.append(contentsOf: [0x75, 0x30, 0x30])
            bytes.append(Hex.digit(byte >> 4))
            bytes.append(Hex.digit(byte & 0x0F))
        }
    }
}

extension JSONWriter {
    mutating func member(_ name: StaticString, _ flag: Bool) {
        key(name)
        value(flag)
    }

    mutating func member(_ name: StaticString, _ number: some FixedWidthInteger & SignedInteger) {
        key(name)
        value(number)
    }

    mutating func member(_ name: StaticString, _ text: String) {
        key(name)
        value(text)
    }

    mutating func member<Entity>(_ name: StaticString, _ id: Identifier<Entity>) {
        key(name)
        value(id)
    }

    mutating func member(_ name: StaticString, _ time: Timestamp) {
        key(name)
        value(time)
    }

    /// Writes the value, or null.
    mutating func member<Value>(
        _ name: StaticString,
        ifAny value: Value?,
        _ write: (inout JSONWriter, Value) -> Void
    ) {
        key(name)
        if let value { write(&self, value) } else { null() }
    }
}

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
