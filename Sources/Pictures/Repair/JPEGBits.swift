/// The bits of entropy-coded data up to the next marker, without stuffed bytes (ITU-T T.81 B.1.1.5).
struct JPEGBits {
    private let bytes: [UInt8]
    /// Of the first byte that is not wholly in `window`.
    private(set) var next: Int
    /// The next bits, from the most significant on.
    private var window: UInt64 = 0
    /// Bits in `window` that count.
    private var count = 0
    /// Zeros at the end of them that stand for what is missing behind the last byte.
    private var missingCount = 0

    /// - Parameter start: of the data in the file.
    init(_ bytes: [UInt8], from start: Int) {
        self.bytes = bytes
        next = start
    }

    /// More bits were passed over than there are.
    var isOverrun: Bool { count < missingCount }

    /// Sees to it that 56 bits can be looked at; those behind the last are zeros.
    @inline(__always)
    mutating func fill() {
        guard next <= bytes.count &- 8 else { return fillByByte() }
        let following = unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: next, as: UInt64.self).bigEndian
        guard !Self.has0xFF(following) else { return fillByByte() }
        window |= following &>> UInt64(truncatingIfNeeded: count)
        next &+= (63 &- count) &>> 3
        count |= 56
    }

    /// Where a byte may be stuffed, or a marker's.
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

    /// Whether one of the eight bytes is: in the complement, a zero byte borrows from its highest bit.
    @inline(__always)
    private static func has0xFF(_ bytes: UInt64) -> Bool {
        (~bytes &- 0x0101_0101_0101_0101) & bytes & 0x8080_8080_8080_8080 != 0
    }

    /// The next bits without passing over them.
    ///
    /// - Parameter length: 1–16.
    @inline(__always)
    func peek(_ length: Int) -> Int { Int(truncatingIfNeeded: window &>> UInt64(truncatingIfNeeded: 64 &- length)) }

    /// - Parameter length: no more than were looked at since ``fill()``, 56 at most.
    @inline(__always)
    mutating func skip(_ length: Int) {
        window &<<= UInt64(truncatingIfNeeded: length)
        count &-= length
    }

    /// Whether nothing but padding is left: the rest of a byte in ones, as T.81 F.1.2.3 has it, or in zeros; and whole
    /// bytes of either, which some encoders add.
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
