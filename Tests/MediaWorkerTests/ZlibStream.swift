@testable import Pictures

/// Packs zeros a thousand times smaller than they are (RFC 1950, 1951).
enum ZlibStream {
    /// A stored block of `head`; then a zero, and 258 times the byte before it (length code 285, distance code 0), as
    /// often as fits; then single zeros.
    static func bytes(_ head: [UInt8], zeros: Int = 0) -> [UInt8] {
        var bits = BitWriter()
        bits.append([0, 0, 0])
        bits.align()
        bits.bytes += [head.count & 0xFF, head.count >> 8, ~head.count & 0xFF, ~head.count >> 8 & 0xFF].map(UInt8.init)
        bits.bytes += head
        bits.append([1, 1, 0] + (zeros > 0 ? zero : []))
        let rest = max(zeros - 1, 0)
        for _ in 0..<rest / 258 { bits.append([1, 1, 0, 0, 0, 1, 0, 1] + [0, 0, 0, 0, 0]) }
        for _ in 0..<rest % 258 { bits.append(zero) }
        bits.append([0, 0, 0, 0, 0, 0, 0])
        bits.align()
        var (first, second) = (1, 0)
        for byte in head { (first, second) = ((first + Int(byte)) % 65_521, (second + first + Int(byte)) % 65_521) }
        second = (second + zeros * first) % 65_521
        return [0x78, 0xDA] + bits.bytes + PNGChunks.bytes(UInt32(second << 16 | first))
    }

    private static let zero: [UInt8] = [0, 0, 1, 1, 0, 0, 0, 0]

    private struct BitWriter {
        var bytes: [UInt8] = []
        private var count = 0

        mutating func append(_ bits: [UInt8]) {
            for bit in bits {
                if count % 8 == 0 { bytes.append(0) }
                bytes[bytes.count - 1] |= bit << UInt8(count % 8)
                count += 1
            }
        }

        mutating func align() { count = 0 }
    }
}
