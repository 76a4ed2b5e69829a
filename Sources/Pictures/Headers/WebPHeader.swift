/// Parses the header of a WebP (RFC 9649 section 2).
struct WebPHeader {
    private var facts = ImageFacts(format: .webp)
    private var frames = FrameCounter()
    /// The canvas of an extended file, in pixels.
    private var canvas: (width: Int, height: Int)?
    private var announcesEXIF = false
    private var hasEXIF = false
    private var hasPixels = false
    /// The parts of the file contradict each other, so that libwebp rejects it.
    private var isContradictory = false

    /// Facts up to the end or the first invalid chunk; without a size when there is none or two differ.
    mutating func read(_ source: inout BufferedFileReader) -> ImageFacts {
        var chunks = RIFFChunks(&source)
        while let chunk = chunks.next(&source), !frames.isFull {
            switch chunk.type {
            case "VP8X": readExtended(&source, chunk.payload)
            case "VP8 ", "VP8L": if frames.count == 0 { readPixels(&source, chunk) }
            case "ALPH": facts.hasAlpha = true
            case "ANMF": readFrame(&source, chunk)
            case "EXIF": readEXIF(&source, chunk)
            default: break
            }
        }
        frames.report(to: &facts)
        if isContradictory { (facts.storedWidth, facts.storedHeight) = (0, 0) }
        return facts
    }

    /// Section 2.7.1: flags, three reserved bytes, then canvas width and height less one.
    private mutating func readExtended(_ source: inout BufferedFileReader, _ payload: Range<Int>) {
        let start = payload.lowerBound
        guard canvas == nil, !hasPixels, payload.count >= 10, let flags = source.byte(at: start),
            let width = source.littleEndian(at: start + 4, length: 3),
            let height = source.littleEndian(at: start + 7, length: 3)
        else { return }
        canvas = (width + 1, height + 1)
        facts.storedWidth = width + 1
        facts.storedHeight = height + 1
        facts.isAnimated = flags & 0x02 != 0
        facts.hasAlpha = flags & 0x10 != 0
        announcesEXIF = flags & 0x08 != 0
    }

    /// The pixels of a static picture, which must fill the canvas, if there is one.
    private mutating func readPixels(_ source: inout BufferedFileReader, _ chunk: RIFFChunks.Chunk) {
        guard !hasPixels, !facts.isAnimated, let pixels = WebPPixels(&source, chunk) else { return }
        hasPixels = true
        facts.isTruncated = chunk.isCut
        if let canvas {
            isContradictory = canvas != (pixels.width, pixels.height)
        } else {
            facts.storedWidth = pixels.width
            facts.storedHeight = pixels.height
        }
        note(pixels)
    }

    /// Section 2.7.1.1: position in units of two pixels, size less one, duration in milliseconds, flags, then the
    /// pixels.
    private mutating func readFrame(_ source: inout BufferedFileReader, _ chunk: RIFFChunks.Chunk) {
        let start = chunk.payload.lowerBound
        guard facts.isAnimated, let canvas, chunk.payload.count >= 16,
            let left = source.littleEndian(at: start, length: 3),
            let top = source.littleEndian(at: start + 3, length: 3),
            let width = source.littleEndian(at: start + 6, length: 3),
            let height = source.littleEndian(at: start + 9, length: 3),
            let milliseconds = source.littleEndian(at: start + 12, length: 3)
        else { return }
        if left * 2 + width >= canvas.width || top * 2 + height >= canvas.height { isContradictory = true }
        if chunk.isCut, frames.count > 0 {
            facts.isIncomplete = true
            return
        }
        frames.add(milliseconds: milliseconds)
        if frames.count == 1 { facts.isTruncated = chunk.isCut }
        var parts = RIFFChunks(in: start + 16..<chunk.payload.upperBound)
        while let part = parts.next(&source) {
            guard let pixels = WebPPixels(&source, part) else { continue }
            if (pixels.width, pixels.height) != (width + 1, height + 1) { isContradictory = true }
            if frames.count == 1 { note(pixels) }
            return
        }
    }

    private mutating func note(_ pixels: WebPPixels) {
        if pixels.isLossless { facts.isLossless = true }
        if pixels.hasAlpha { facts.hasAlpha = true }
    }

    /// As in libwebp, only the first block is used, if the header announces one.
    private mutating func readEXIF(_ source: inout BufferedFileReader, _ chunk: RIFFChunks.Chunk) {
        guard announcesEXIF, !hasEXIF else { return }
        hasEXIF = true
        guard !chunk.isCut else { return }
        // Some writers keep the prefix of the JPEG segment.
        let start = chunk.payload.lowerBound + (source.has("Exif\0\0", at: chunk.payload.lowerBound) ? 6 : 0)
        facts.orientation = EXIFBlock(&source, at: start, end: chunk.payload.upperBound).orientation ?? 1
    }
}

/// The header of VP8 or VP8L data.
private struct WebPPixels {
    /// Pixels.
    let width: Int
    /// Pixels.
    let height: Int
    let isLossless: Bool
    let hasAlpha: Bool

    /// Nil when the chunk contains no such data.
    init?(_ source: inout BufferedFileReader, _ chunk: RIFFChunks.Chunk) {
        let start = chunk.payload.lowerBound
        switch chunk.type {
        case "VP8 ":
            // RFC 6386 section 9.1: frame tag, start code, then 14 bits of width and of height.
            guard chunk.payload.count >= 10, source.bytes(at: start + 3, length: 3) == [0x9D, 0x01, 0x2A],
                let width = source.littleEndian(at: start + 6, length: 2),
                let height = source.littleEndian(at: start + 8, length: 2)
            else { return nil }
            self.width = width & 0x3FFF
            self.height = height & 0x3FFF
            (isLossless, hasAlpha) = (false, false)
        case "VP8L":
            // RFC 9649 section 3.4: a signature byte, then 14 bits of width less one, of height less one, the alpha
            // flag.
            guard chunk.payload.count >= 5, source.byte(at: start) == 0x2F,
                let bits = source.littleEndian(at: start + 1, length: 4)
            else { return nil }
            width = (bits & 0x3FFF) + 1
            height = (bits >> 14 & 0x3FFF) + 1
            (isLossless, hasAlpha) = (true, bits >> 28 & 1 == 1)
        default: return nil
        }
    }
}
