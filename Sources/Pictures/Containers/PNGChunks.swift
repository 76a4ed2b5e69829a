/// Walks the chunks of a PNG (PNG specification, third edition, section 5.3). Each step goes on by 12 bytes at least.
struct PNGChunks {
    /// Bytes before the first chunk.
    static let signatureLength = 8

    struct Chunk {
        let type: FourCC
        /// Where its length is.
        let start: Int
        /// Without its checksum. It may go on behind the file's end.
        let payload: Range<Int>

        /// One past its checksum.
        var end: Int { payload.upperBound + 4 }
        /// A decoder may ignore it (section 5.4: bit 5 of the first letter).
        var isAncillary: Bool { type.rawValue & 0x2000_0000 != 0 }

        /// Whether its checksum is that of its type and payload. A payload that is longer than a window is believed.
        func isIntact(_ source: inout BufferedFileReader) -> Bool {
            guard let checksum = source.bigEndian(at: payload.upperBound, length: 4),
                let type = source.bytes(at: start + 4, length: 4)
            else { return false }
            guard let content = source.bytes(at: payload.lowerBound, length: payload.count) else { return true }
            return CRC32.checksum(of: type + content) == checksum
        }
    }

    /// A chunk as a file holds it, with its length and checksum.
    static func chunk(_ type: StaticString, _ payload: some Collection<UInt8>) -> [UInt8] {
        let content = Array(type.description.utf8) + payload
        return bytes(UInt32(truncatingIfNeeded: payload.count)) + content + bytes(CRC32.checksum(of: content))
    }

    /// A number as chunks hold it: four bytes, the highest first.
    static func bytes(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
    }

    /// How long a frame is shown, by the payload of its "fcTL" chunk (section 11.3.6.2): after sequence number, size and
    /// place comes a fraction of a second, of which a denominator of 0 means hundredths. Nil where that is cut off.
    static func milliseconds(ofControl payload: Range<Int>, _ source: inout BufferedFileReader) -> Int? {
        guard payload.count == 26, let numerator = source.bigEndian(at: payload.lowerBound + 20, length: 2),
            let denominator = source.bigEndian(at: payload.lowerBound + 22, length: 2)
        else { return nil }
        return numerator * 1000 / (denominator == 0 ? 100 : denominator)
    }

    private var position = signatureLength

    /// The next chunk; nil at the end of the file and where a length is impossible (2³¹ or more, section 5.3).
    mutating func next(_ source: inout BufferedFileReader) -> Chunk? {
        guard let length = source.bigEndian(at: position, length: 4), length < 1 << 31,
            let type = source.code(at: position + 4)
        else { return nil }
        let chunk = Chunk(type: type, start: position, payload: position + 8..<position + 8 + length)
        position = chunk.end
        return chunk
    }
}
