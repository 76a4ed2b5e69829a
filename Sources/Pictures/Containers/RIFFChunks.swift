/// Walks chunks of a RIFF file, as WebP is one (RFC 9649 section 2.3). Each step goes on by 8 bytes at least.
struct RIFFChunks {
    /// Bytes of a chunk before its payload.
    static let headerLength = 8

    struct Chunk {
        let type: FourCC
        /// Where its type is.
        let start: Int
        /// Without the byte that pads an odd length. Cut at the end of what holds it.
        let payload: Range<Int>
        /// Its length goes beyond the end of what holds it.
        let isCut: Bool

        /// One past its last byte, padding included.
        var end: Int { payload.upperBound + payload.count % 2 }
    }

    private var position: Int
    private let end: Int

    /// The chunks in part of a file, such as a frame of an animation.
    init(in range: Range<Int>) {
        position = range.lowerBound
        end = range.upperBound
    }

    /// The chunks of a whole file. What follows the length that it gives for itself is no part of it.
    init(_ source: inout BufferedFileReader) {
        let length = source.littleEndian(at: 4, length: 4) ?? 0
        self.init(in: 12..<max(min(Self.headerLength + length, source.count), 12))
    }

    /// The next chunk; nil at the end.
    mutating func next(_ source: inout BufferedFileReader) -> Chunk? {
        guard position + Self.headerLength <= end, let type = source.code(at: position),
            let length = source.littleEndian(at: position + 4, length: 4)
        else { return nil }
        let start = position + Self.headerLength
        let payload = start..<min(start + length, end)
        let chunk = Chunk(type: type, start: position, payload: payload, isCut: payload.count < length)
        position = chunk.end
        return chunk
    }
}
