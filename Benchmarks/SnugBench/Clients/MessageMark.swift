import Glibc

/// The number of a message of this run, written into its body so that a receiver finds it without parsing JSON.
enum MessageMark {
    /// Appears nowhere else in an event, so that one fast search for a byte finds the number.
    private static let fence = UInt8(ascii: "~")
    private static let digits = 8

    static func text(_ number: Int) -> String {
        let decimal = String(number)
        return "~" + String(repeating: "0", count: digits - decimal.utf8.count) + decimal + "~"
    }

    /// The number of the message in this event; nil for another kind of event.
    static func number(in event: UnsafeRawBufferPointer) -> Int? {
        guard let start = event.baseAddress, let found = memchr(start, Int32(fence), event.count) else { return nil }
        let offset = UnsafeRawPointer(found) - start + 1
        guard offset + digits < event.count, event[offset + digits] == fence else { return nil }
        return decimal(in: event, from: offset, atMost: digits)
    }

    /// The sequence number of the message in its room: the first member called `seq`.
    static func sequence(in event: UnsafeRawBufferPointer) -> Int? {
        guard let start = event.baseAddress else { return nil }
        var from = 0
        // "q" is rare in an event: identifiers are hexadecimal.
        while let found = memchr(start + from, Int32(UInt8(ascii: "q")), event.count - from) {
            let offset = UnsafeRawPointer(found) - start
            if isSequenceName(event, endingAt: offset) {
                return decimal(in: event, from: offset + 3, atMost: 19)
            }
            from = offset + 1
        }
        return nil
    }

    private static func isSequenceName(_ event: UnsafeRawBufferPointer, endingAt offset: Int) -> Bool {
        offset >= 3 && offset + 3 < event.count
            && event[offset - 3] == UInt8(ascii: "\"") && event[offset - 2] == UInt8(ascii: "s")
            && event[offset - 1] == UInt8(ascii: "e")
            && event[offset + 1] == UInt8(ascii: "\"") && event[offset + 2] == UInt8(ascii: ":")
    }

    static func decimal(in event: UnsafeRawBufferPointer, from: Int, atMost count: Int) -> Int? {
        var value: Int?
        for byte in event[from..<min(from + count, event.count)] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { break }
            value = (value ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }
}
