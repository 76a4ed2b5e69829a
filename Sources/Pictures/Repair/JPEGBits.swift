/// Reads the bits of entropy-coded data up to the next marker, without stuffed bytes (ITU-T T.81 B.1.1.5).
struct JPEGBits {
    private let bytes: [UInt8]
    /// Offset of the first byte that is not completely in `window`.
    private(set) var next: Int
    /// The next bits, starting with the most significant.
    private var window: UInt64 = 0
    /// Number of valid bits in `window`.
    private var count = 0
    /// How many of these are zeros in place of bits after the end of data.
    private var missingCount = 0

    /// - Parameter start: offset of the data in the file.
    init(_ bytes: [UInt8], from start: Int) {
        self.bytes = bytes
        next = start
    }

    /// More bits were skipped than exist.
    var isOverrun: Bool { count < missingCount }

    /// Makes 56 bits available; bits after the end are zeros.
    @inline(__always)
    mutating func fill() {
        guard next <= bytes.count &- 8 else { return fillByByte() }
        let following = unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: next, as: UInt64.self).bigEndian
        guard !Self.has0xFF(following) else { return fillByByte() }
        window |= following &>> UInt64(truncatingIfNeeded: count)
        next &+= (63 &- count) &>> 3
        count |= 56
    }

    /// For data that may contain stuffed bytes or a marker.
    private mutating func fillByByte() {
        while count <= 56 {
            var byte: UInt8 = 0
            if next < bytes.count, bytes[next] != 0xFF {
                byte = bytes[next]
                next += 1
            } else if next + 1 < bytes.count, bytes[next + 1] == 0 {
                byte = 0xFF
                next += 2
            } else {
                missingCount += 8
            }
            window |= UInt64(byte) << UInt64(56 - count)
            count += 8
        }
    }

    /// Whether one of the eight bytes is 0xFF: in the complement, a zero byte borrows from its highest bit.
    @inline(__always)
    private static func has0xFF(_ bytes: UInt64) -> Bool {
        (~bytes &- 0x0101_0101_0101_0101) & bytes & 0x8080_8080_8080_8080 != 0
    }

    /// The next bits, without skipping them.
    ///
    /// - Parameter length: 1–16.
    @inline(__always)
    func peek(_ length: Int) -> Int { Int(truncatingIfNeeded: window &>> UInt64(truncatingIfNeeded: 64 &- length)) }

    /// - Parameter length: in total at most 56 since ``fill()``.
    @inline(__always)
    mutating func skip(_ length: Int) {
        window &<<= UInt64(truncatingIfNeeded: length)
        count &-= length
    }

    /// Whether only padding is left: the rest of a byte filled with ones, as in T.81 F.1.2.3, or with zeros; and
    /// complete bytes of either, which some encoders add.
    func isAtPadding() -> Bool {
        guard !isOverrun else { return false }
        var rest = self
        rest.fill()
        let length = (rest.count - rest.missingCount) % 8
        guard length == 0 || [0, 1 << length - 1].contains(rest.peek(length)) else { return false }
        rest.skip(length)
        while rest.count > rest.missingCount {
            guard [0, 0xFF].contains(rest.peek(8)) else { return false }
            rest.skip(8)
            rest.fill()
        }
        return true
    }
}
