import Glibc
import NIOCore

/// When a message was sent, written into its body so that a receiver finds it without parsing JSON.
enum TimeMark {
    private static let fence = UInt8(ascii: "~")
    /// Enough for thirty years in nanoseconds.
    private static let digits = 18

    static func text(_ time: NIODeadline) -> String {
        let decimal = String(time.uptimeNanoseconds)
        return "~" + String(repeating: "0", count: digits - decimal.utf8.count) + decimal + "~"
    }

    static func time(in event: UnsafeRawBufferPointer) -> NIODeadline? {
        guard let start = event.baseAddress, let found = memchr(start, Int32(fence), event.count) else { return nil }
        let offset = UnsafeRawPointer(found) - start + 1
        guard offset + digits < event.count, event[offset + digits] == fence,
            let nanoseconds = MessageMark.decimal(in: event, from: offset, atMost: digits)
        else { return nil }
        return .uptimeNanoseconds(UInt64(nanoseconds))
    }
}
