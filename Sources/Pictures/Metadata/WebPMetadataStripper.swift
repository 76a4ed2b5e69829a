/// Plans the removal of chunks of a WebP (RFC 9649 section 2), and the correction of its length and flags.
struct WebPMetadataStripper {
    /// In the flags of the header (section 2.7.1).
    private static let xmpFlag: UInt8 = 0x04
    private static let exifFlag: UInt8 = 0x08

    private let orientation: Int
    private var edits: StripEdits
    /// One past the last byte of the file by its own length, which may exceed the actual length.
    private let end: Int
    /// Some writers do not count the last padding byte.
    private var paddedEnd: Int { end + end % 2 }
    /// The change of the file's length.
    private var growth = 0
    private var hasEXIF = false
    private var hasPixels = false

    /// - Parameter orientation: as decoders read it from EXIF; kept unless it is 1.
    init(_ source: inout BufferedFileReader, orientation: Int) {
        self.orientation = orientation
        edits = StripEdits(byteCount: source.count)
        end = RIFFChunks.headerLength + (source.littleEndian(at: 4, length: 4) ?? 0)
    }

    mutating func read(_ source: inout BufferedFileReader) -> StripEdits {
        var chunks = RIFFChunks(&source)
        var isFirst = true
        while let chunk = chunks.next(&source) {
            if chunk.type == "VP8X", isFirst, !chunk.payload.isEmpty {
                correctFlags(&source, at: chunk.payload.lowerBound)
            }
            isFirst = false
            switch chunk.type {
            case "VP8 ", "VP8L", "ANMF": hasPixels = true
            case "VP8X", "ALPH", "ANIM", "ICCP": break
            case "EXIF": readEXIF(&source, chunk)
            case "XMP ": replace(chunk, with: [], source.metadata(ofXMP: chunk.payload))
            default: replace(chunk, with: [], [.other])
            }
        }
        if hasPixels, paddedEnd < source.count { edits.drop(paddedEnd..<source.count, [.trailer]) }
        if growth != 0 { edits.replace(4..<8, with: Self.bytes(end + growth - RIFFChunks.headerLength)) }
        return edits
    }

    private mutating func correctFlags(_ source: inout BufferedFileReader, at offset: Int) {
        guard let flags = source.byte(at: offset) else { return }
        let corrected = flags & ~(Self.xmpFlag | Self.exifFlag) | (orientation == 1 ? 0 : Self.exifFlag)
        if corrected != flags { edits.replace(offset..<offset + 1, with: [corrected]) }
    }

    /// The first block determines the orientation.
    private mutating func readEXIF(_ source: inout BufferedFileReader, _ chunk: RIFFChunks.Chunk) {
        let start = chunk.payload.lowerBound
        let hasPrefix = source.has("Exif\0\0", at: start) && chunk.payload.count >= 6
        let removed = source.metadata(ofEXIF: start + (hasPrefix ? 6 : 0)..<chunk.payload.upperBound)
        let isFirst = !hasEXIF
        hasEXIF = true
        guard isFirst, orientation != 1 else { return replace(chunk, with: [], removed) }
        let minimal = EXIFBlock.minimal(orientation: orientation)
        guard !source.has(minimal, in: chunk.payload) else { return }
        replace(chunk, with: Array("EXIF".utf8) + Self.bytes(minimal.count) + minimal, removed)
    }

    /// The beginning of a truncated chunk is kept, so that the file remains truncated.
    private mutating func replace(
        _ chunk: RIFFChunks.Chunk,
        with bytes: [UInt8],
        _ removed: Set<RemovedMetadata>
    ) {
        guard !chunk.isCut else {
            growth -= chunk.payload.count
            return edits.drop(chunk.payload.lowerBound..<paddedEnd, removed)
        }
        let range = chunk.start..<min(chunk.end, paddedEnd)
        growth += bytes.count - min(chunk.end, end) + chunk.start
        if bytes.isEmpty { edits.drop(range, removed) } else { edits.replace(range, with: bytes, removed) }
    }

    private static func bytes(_ value: Int) -> [UInt8] {
        [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}
