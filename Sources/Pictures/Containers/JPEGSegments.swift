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

/// The frame header of a JPEG (ITU-T T.81 B.2.2).
struct JPEGFrame {
    struct Component {
        /// Used by scan headers.
        let identifier: UInt8
        /// Sampling factors, 1–4.
        let horizontal: Int
        let vertical: Int
        /// Number of its quantization table.
        let quantization: UInt8
    }

    /// Bits a sample.
    let precision: Int
    /// Pixels.
    let width: Int
    /// Pixels.
    let height: Int
    let components: [Component]
    private let marker: UInt8

    /// Nil when the length does not match the number of components, or the file ends before.
    init?(_ source: inout BufferedFileReader, _ segment: JPEGSegments.Segment) {
        let start = segment.payload.lowerBound
        guard let frame = source.bytes(at: start, length: 6), segment.payload.count == 6 + Int(frame[5]) * 3,
            let tables = source.bytes(at: start + 6, length: Int(frame[5]) * 3)
        else { return nil }
        marker = segment.marker
        precision = Int(frame[0])
        height = Int(frame[1]) << 8 | Int(frame[2])
        width = Int(frame[3]) << 8 | Int(frame[4])
        components = stride(from: 0, to: tables.count, by: 3).map { index in
            Component(
                identifier: tables[index],
                horizontal: Self.factor(tables[index + 1] >> 4),
                vertical: Self.factor(tables[index + 1] & 15),
                quantization: tables[index + 2]
            )
        }
    }

    /// T.81 table B.1: markers are in groups of four: two sequential, one progressive and one lossless.
    var isProgressive: Bool { marker & 3 == 2 }
    var isLossless: Bool { marker & 3 == 3 }
    var isArithmetic: Bool { marker >= 0xC9 }
    /// Sequential coding with Huffman codes.
    var isSequential: Bool { marker == 0xC0 || marker == 0xC1 }

    /// Memory for all coefficients in bytes: 64 of two bytes for each block of eight by eight samples, in complete
    /// units (T.81 A.2.4).
    var coefficientByteCount: Int {
        components.reduce(0) { $0 + unitCount * $1.horizontal * $1.vertical * 64 * 2 }
    }

    /// Number of coded units in a scan of several components (T.81 A.2.3).
    var unitCount: Int { Self.divide(width, 8 * horizontal) * Self.divide(height, 8 * vertical) }

    /// Number of blocks of a component in a scan of its own (T.81 A.2.2).
    func blockCount(of component: Component) -> Int {
        Self.divide(Self.divide(width * component.horizontal, horizontal), 8)
            * Self.divide(Self.divide(height * component.vertical, vertical), 8)
    }

    /// Largest sampling factors of all components.
    private var horizontal: Int { components.map(\.horizontal).max() ?? 1 }
    private var vertical: Int { components.map(\.vertical).max() ?? 1 }

    /// Clamped, since decoders reject invalid factors.
    private static func factor(_ value: UInt8) -> Int { min(max(Int(value), 1), 4) }

    private static func divide(_ dividend: Int, _ divisor: Int) -> Int { (dividend + divisor - 1) / divisor }
}
