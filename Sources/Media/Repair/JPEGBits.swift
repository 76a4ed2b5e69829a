/// The bits of entropy-coded data between two markers, without stuffed bytes (ITU-T T.81 B.1.1.5).
struct JPEGBits {
    /// With zeros behind them.
    private let bytes: [UInt8]
    /// Bits that were coded.
    private let count: Int
    /// The next bits, from the most significant on.
    private var window: UInt64 = 0
    /// Bits in `window` that count.
    private var windowCount = 0
    /// Of the first byte that is not wholly among them.
    private var next = 0
    /// Where the marker behind them is, or the file's end.
    let end: Int

    /// The data that begins at `start`.
    init(_ source: inout ByteSource, _ file: [UInt8], from start: Int) {
        var bytes: [UInt8] = []
        var position = start
        while let marker = source.firstIndex(of: 0xFF, from: position) {
            bytes += file[position..<marker]
            position = marker
            guard source.byte(at: marker + 1) == 0 else { break }
            bytes.append(0xFF)
            position = marker + 2
        }
        if position < file.count, file[position] != 0xFF {
            bytes += file[position...]
            position = file.count
        }
        end = position
        count = bytes.count * 8
        self.bytes = bytes + [UInt8](repeating: 0, count: 16)
    }

    /// Of the next bit.
    private var position: Int { next * 8 - windowCount }

    /// More bits were passed over than there are.
    var isOverrun: Bool { position > count }

    /// Sees to it that 56 bits can be looked at; those behind the last are zeros.
    @inline(__always)
    mutating func fill() {
        let start = min(next, bytes.count - 8)
        let following = unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self).bigEndian
        window |= following &>> UInt64(truncatingIfNeeded: windowCount)
        next = start + (63 - windowCount) >> 3
        windowCount |= 56
    }

    /// The next bits without passing over them.
    ///
    /// - Parameter length: 1–16.
    @inline(__always)
    func peek(_ length: Int) -> Int { Int(truncatingIfNeeded: window &>> UInt64(truncatingIfNeeded: 64 - length)) }

    /// - Parameter length: no more than were looked at since ``fill()``, 56 at most.
    @inline(__always)
    mutating func skip(_ length: Int) {
        window &<<= UInt64(truncatingIfNeeded: length)
        windowCount -= length
    }

    /// Whether nothing but padding is left: the rest of a byte in ones, as T.81 F.1.2.3 has it, or in zeros; and whole
    /// bytes of either, which some encoders add.
    var isAtPadding: Bool {
        guard !isOverrun else { return false }
        let length = -position & 7
        guard length == 0 || [0, 1 << length - 1].contains(peek(length)) else { return false }
        return bytes[(position + length) >> 3..<count >> 3].allSatisfy { [0, 0xFF].contains($0) }
    }
}
