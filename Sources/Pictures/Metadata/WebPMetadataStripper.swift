/// Finds what to remove among the chunks of a WebP (RFC 9649 section 2), and mends what counts and announces them.
struct WebPMetadataStripper {
    /// In the flags of the header (section 2.7.1).
    private static let xmpFlag: UInt8 = 0x04
    private static let exifFlag: UInt8 = 0x08

    private let orientation: Int
    private var edits: StripEdits
    /// One past the last byte of the file as it says itself, which may be more than there is.
    private let end: Int
    /// Some writers do not count the last byte that pads.
    private var paddedEnd: Int { end + end % 2 }
    /// How much longer the file becomes.
    private var growth = 0
    private var hasEXIF = false
    private var hasPixels = false

    /// - Parameter orientation: what decoders make of the file's EXIF; kept if it is not 1.
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
                mendFlags(&source, at: chunk.payload.lowerBound)
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

    private mutating func mendFlags(_ source: inout BufferedFileReader, at offset: Int) {
        guard let flags = source.byte(at: offset) else { return }
        let mended = flags & ~(Self.xmpFlag | Self.exifFlag) | (orientation == 1 ? 0 : Self.exifFlag)
        if mended != flags { edits.replace(offset..<offset + 1, with: [mended]) }
    }

    /// The first block is the one that turns the picture, if any does.
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

    /// Of a chunk that is cut off the beginning stays, so that the file is cut off still.
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
