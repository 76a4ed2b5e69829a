/// Plans the removal of chunks of a PNG (PNG specification, third edition, section 11).
///
/// Kept are the chunks that no decoder may ignore, and those for colours, transparency, size and animation.
struct PNGMetadataStripper {
    private static let kept: Set<FourCC> = [
        "tRNS", "acTL", "fcTL", "fdAT", "iCCP", "gAMA", "cHRM", "sRGB", "pHYs", "sBIT", "bKGD", "hIST", "cICP",
        "mDCV", "cLLI",
    ]

    private let orientation: Int
    private var edits: StripEdits
    private var hasEXIF = false
    private var hasPixels = false

    /// - Parameter orientation: as decoders read it from EXIF; kept unless it is 1.
    init(byteCount: Int, orientation: Int) {
        self.orientation = orientation
        edits = StripEdits(byteCount: byteCount)
    }

    mutating func read(_ source: inout BufferedFileReader) -> StripEdits {
        var chunks = PNGChunks()
        while let chunk = chunks.next(&source) {
            switch chunk.type {
            case "IDAT": hasPixels = true
            case "IEND":
                if hasPixels, chunk.end < source.count { edits.drop(chunk.end..<source.count, [.trailer]) }
                return edits
            case "eXIf": readEXIF(&source, chunk)
            default:
                guard chunk.isAncillary, !Self.kept.contains(chunk.type) else { continue }
                edits.drop(chunk.start..<chunk.end, Self.metadata(&source, chunk))
            }
        }
        return edits
    }

    /// The first block determines the orientation.
    private mutating func readEXIF(_ source: inout BufferedFileReader, _ chunk: PNGChunks.Chunk) {
        let removed = source.metadata(ofEXIF: chunk.payload)
        let isFirst = !hasEXIF
        hasEXIF = true
        guard isFirst, orientation != 1 else { return edits.drop(chunk.start..<chunk.end, removed) }
        let minimal = EXIFBlock.minimal(orientation: orientation)
        guard !source.has(minimal, in: chunk.payload) else { return }
        edits.replace(chunk.start..<chunk.end, with: PNGChunks.chunk("eXIf", minimal), removed)
    }

    private static func metadata(_ source: inout BufferedFileReader, _ chunk: PNGChunks.Chunk) -> Set<RemovedMetadata> {
        let start = chunk.payload.lowerBound
        switch chunk.type {
        case "tIME": return [.time]
        case "iTXt" where source.has("XML:com.adobe.xmp\0", at: start): return source.metadata(ofXMP: chunk.payload)
        // ImageMagick stores metadata of other formats as text.
        case "tEXt", "zTXt", "iTXt":
            if source.has("Raw profile type iptc\0", at: start) { return [.iptc] }
            if source.has("Raw profile type xmp\0", at: start) { return [.xmp] }
            return source.has("Raw profile type ", at: start) ? [.exif] : [.text]
        default: return [.other]
        }
    }
}
