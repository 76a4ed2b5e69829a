/// Iterates over the marker segments of a JPEG (ITU-T T.81 annex B) as decoders find them.
///
/// Skips entropy-coded data with its stuffed bytes and restart markers, and any bytes between segments. Each step
/// advances by at least a marker.
struct JPEGSegments {
    static let endOfImage: UInt8 = 0xD9
    static let startOfScan: UInt8 = 0xDA

    struct Segment {
        let marker: UInt8
        /// Position of the marker, including fill bytes before it (T.81 B.1.1.2).
        let start: Int
        /// The bytes after the length; empty at the end of the image. May extend beyond the end of the file.
        let payload: Range<Int>

        /// APP0–APP15 or a comment, which decoders may ignore.
        var isMetadata: Bool { (0xE0...0xEF).contains(marker) || marker == 0xFE }

        /// A frame header of any coding (T.81 table B.1).
        var isFrame: Bool { (0xC0...0xCF).contains(marker) && ![0xC4, 0xC8, 0xCC].contains(marker) }
    }

    private var position: Int

    /// - Parameter start: start of the picture.
    init(at start: Int = 0) { position = start + 2 }

    /// The next segment, including the end of the image; nil at the end of the file and for an invalid length.
    mutating func next(_ source: inout BufferedFileReader) -> Segment? {
        while let start = source.firstIndex(of: 0xFF, from: position) {
            var found = start + 1
            while source.byte(at: found) == 0xFF { found += 1 }
            guard let marker = source.byte(at: found) else { return nil }
            switch marker {
            case 0x00, 0x01, 0xD0...0xD8:
                position = found + 1
            case Self.endOfImage:
                position = found + 1
                return Segment(marker: marker, start: start, payload: position..<position)
            default:
                guard let length = source.bigEndian(at: found + 1, length: 2), length >= 2 else { return nil }
                position = found + 1 + length
                return Segment(marker: marker, start: start, payload: found + 3..<position)
            }
        }
        return nil
    }
}
