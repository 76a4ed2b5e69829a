/// Iterates over the chunks of a PNG (PNG specification, third edition, section 5.3). Each step advances by at least 12
/// bytes.
struct PNGChunks {
    /// Bytes before the first chunk.
    static let signatureLength = 8

    struct Chunk {
        let type: FourCC
        /// Position of its length.
        let start: Int
        /// Without the checksum; may extend beyond the end of the file.
        let payload: Range<Int>

        /// One past its checksum.
        var end: Int { payload.upperBound + 4 }
        /// Decoders may ignore it (section 5.4: bit 5 of the first letter).
        var isAncillary: Bool { type.rawValue & 0x2000_0000 != 0 }

        /// Whether its checksum is correct. Always true for a payload longer than a window.
        func isIntact(_ source: inout BufferedFileReader) -> Bool {
            guard let checksum = source.bigEndian(at: payload.upperBound, length: 4),
                let type = source.bytes(at: start + 4, length: 4)
            else { return false }
            guard let content = source.bytes(at: payload.lowerBound, length: payload.count) else { return true }
            return CRC32.checksum(of: type + content) == checksum
        }
    }

    /// A complete chunk with its length and checksum.
    static func chunk(_ type: StaticString, _ payload: some Collection<UInt8>) -> [UInt8] {
        let content = Array(type.description.utf8) + payload
        return bytes(UInt32(truncatingIfNeeded: payload.count)) + content + bytes(CRC32.checksum(of: content))
    }

    /// The four bytes of a number, most significant first.
    static func bytes(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
    }

    /// The duration of a frame from the payload of its "fcTL" chunk (section 11.3.6.2): sequence number, size and
    /// position, then a fraction of a second, whose denominator 0 means hundredths. Nil when the payload is too short.
    static func milliseconds(ofControl payload: Range<Int>, _ source: inout BufferedFileReader) -> Int? {
        guard payload.count == 26, let numerator = source.bigEndian(at: payload.lowerBound + 20, length: 2),
            let denominator = source.bigEndian(at: payload.lowerBound + 22, length: 2)
        else { return nil }
        return numerator * 1000 / (denominator == 0 ? 100 : denominator)
    }

    private var position = signatureLength

    /// The next chunk; nil at the end of the file and for an invalid length (2³¹ or more, section 5.3).
    mutating func next(_ source: inout BufferedFileReader) -> Chunk? {
        guard let length = source.bigEndian(at: position, length: 4), length < 1 << 31,
            let type = source.code(at: position + 4)
        else { return nil }
        let chunk = Chunk(type: type, start: position, payload: position + 8..<position + 8 + length)
        position = chunk.end
        return chunk
    }
}

/// The checksum of PNG chunks (PNG specification, third edition, annex D).
package enum CRC32 {
    /// The change of the checksum by each byte.
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0xEDB8_8320 : rest >> 1 }
    }

    package static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
        let table = table
        return ~bytes.reduce(.max) { sum, byte in sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] }
    }
}
