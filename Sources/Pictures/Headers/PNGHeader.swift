/// Parses the header of a PNG (PNG specification, third edition, section 11).
struct PNGHeader {
    private var facts = ImageFacts(format: .png)
    private var frames = FrameCounter()
    private var hasHeader = false
    private var hasAnimation = false
    private var hasEXIF = false
    private var hasCodePoints = false
    private var hasPixels = false

    /// Facts up to the end or the first invalid chunk; without a size when there is no header chunk.
    mutating func read(_ source: inout BufferedFileReader) -> ImageFacts {
        facts.isLossless = true
        var chunks = PNGChunks()
        while let chunk = chunks.next(&source), chunk.type != "IEND", !frames.isFull {
            switch chunk.type {
            case "IHDR": readHeader(&source, chunk.payload)
            case "tRNS": addTransparency()
            case "IDAT": readPixels(&source, chunk)
            case "fdAT": if chunk.end > source.count { facts.isIncomplete = true }
            case "acTL": hasAnimation = hasAnimation || !hasPixels
            case "fcTL":
                let milliseconds = PNGChunks.milliseconds(ofControl: chunk.payload, &source)
                if let milliseconds { frames.add(milliseconds: milliseconds) }
            case "eXIf": readEXIF(&source, chunk)
            case "cICP": readCodePoints(&source, chunk)
            default: break
            }
        }
        if hasAnimation { frames.report(to: &facts) }
        return facts
    }

    /// Width, height, bit depth, colour type, compression, filter, interlace (section 11.2.1). Only the first
    /// chunk is used, even if it is invalid.
    private mutating func readHeader(_ source: inout BufferedFileReader, _ payload: Range<Int>) {
        guard !hasHeader else { return }
        hasHeader = true
        let start = payload.lowerBound
        guard payload.count == 13, let header = source.bytes(at: start, length: 13),
            let width = source.bigEndian(at: start, length: 4), let height = source.bigEndian(at: start + 4, length: 4)
        else { return }
        facts.storedWidth = width
        facts.storedHeight = height
        facts.bitDepth = Int(header[8])
        facts.isInterlaced = header[12] == 1
        switch header[9] {
        case 0: facts.componentCount = 1
        case 4: facts.componentCount = 2
        case 6: facts.componentCount = 4
        default: facts.componentCount = 3
        }
        facts.hasAlpha = header[9] == 4 || header[9] == 6
    }

    private mutating func readPixels(_ source: inout BufferedFileReader, _ chunk: PNGChunks.Chunk) {
        hasPixels = true
        if chunk.end > source.count { facts.isTruncated = true }
    }

    private mutating func addTransparency() {
        guard !facts.hasAlpha else { return }
        facts.hasAlpha = true
        facts.componentCount += 1
    }

    /// Only the first block is used, before or after the pixels (section 11.3.4.2), if its checksum is correct. A block
    /// that is filtered before decoding because of its size is ignored too.
    private mutating func readEXIF(_ source: inout BufferedFileReader, _ chunk: PNGChunks.Chunk) {
        guard !hasEXIF else { return }
        hasEXIF = true
        guard chunk.payload.count <= PNGChunkFilter.exifByteLimit, chunk.isIntact(&source) else { return }
        facts.orientation =
            EXIFBlock(&source, at: chunk.payload.lowerBound, end: chunk.payload.upperBound).orientation ?? 1
    }

    private mutating func readCodePoints(_ source: inout BufferedFileReader, _ chunk: PNGChunks.Chunk) {
        defer { hasCodePoints = true }
        guard !hasCodePoints, !hasPixels, chunk.payload.count == 4, chunk.isIntact(&source),
            let codePoints = source.bytes(at: chunk.payload.lowerBound, length: 4),
            let space = ColourSpace(codePoints: codePoints)
        else { return }
        facts.hasHDR = space.transfer.isHDR
    }
}
