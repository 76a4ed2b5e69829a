/// Iterates over the chunks of a RIFF file such as a WebP (RFC 9649 section 2.3). Each step advances by at least 8
/// bytes.
struct RIFFChunks {
    /// Bytes of a chunk before its payload.
    static let headerLength = 8

    struct Chunk {
        let type: FourCC
        /// Position of its type.
        let start: Int
        /// Without the padding byte of an odd length, and clamped to the enclosing range.
        let payload: Range<Int>
        /// Its length exceeds the enclosing range.
        let isCut: Bool

        /// One past its last byte, including padding.
        var end: Int { payload.upperBound + payload.count % 2 }
    }

    private var position: Int
    private let end: Int

    /// The chunks in a range, such as a frame of an animation.
    init(in range: Range<Int>) {
        position = range.lowerBound
        end = range.upperBound
    }

    /// The chunks of a file. Bytes beyond its announced length do not belong to it.
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
