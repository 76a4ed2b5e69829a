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

    private var position = signatureLength

    /// The next chunk; nil at the end of the file and where a length is impossible (2³¹ or more, section 5.3).
    mutating func next(_ source: inout ByteSource) -> Chunk? {
        guard let length = source.bigEndian(at: position, length: 4), length < 1 << 31,
            let type = source.code(at: position + 4)
        else { return nil }
        let chunk = Chunk(type: type, start: position, payload: position + 8..<position + 8 + length)
        position = chunk.end
        return chunk
    }
}
