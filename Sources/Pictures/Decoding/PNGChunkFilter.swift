/// Reduces a PNG to the chunks that a decoder needs: pixels, and how to display them.
///
/// libpng inflates text and profiles when it opens a file, each up to the 50 MB that libvips allows: 163 KB of text
/// took 672 MB of memory.
package enum PNGChunkFilter {
    /// Largest EXIF chunk in bytes; it is read for the orientation.
    static let exifByteLimit = 65_536
    /// Largest compressed colour profile in bytes.
    static let profileByteLimit = 1 << 20

    /// Chunks that are kept; of all but pixels only the first.
    private static let kept: Set<FourCC> = [
        "IHDR", "PLTE", "tRNS", "IDAT", "IEND", "gAMA", "cHRM", "sRGB", "cICP", "iCCP", "pHYs",
        "eXIf",
    ]

    /// The ranges of `bytes` that make up the filtered PNG: ascending, not adjacent, at most one more than there are
    /// kinds of chunks. Empty when it is not a PNG.
    ///
    /// A truncated file remains truncated at the same place.
    ///
    /// - Parameter keepsProfile: False for a picture whose colour profile is not used, since it may be a bomb.
    package static func keptRanges(of bytes: [UInt8], keepsProfile: Bool = true) -> [Range<Int>] {
        guard FileKind(signature: bytes) == .png else { return [] }
        var source = BufferedFileReader(bytes)
        var ranges = [0..<PNGChunks.signatureLength]
        var seen: Set<FourCC> = []
        var chunks = PNGChunks()
        var previous: FourCC?
        while let chunk = chunks.next(&source) {
            // libpng ignores pixels after another chunk (pngrutil.c, "Not enough image data").
            let continuesPixels = chunk.type == "IDAT" && previous == "IDAT"
            previous = chunk.type
            guard kept.contains(chunk.type), continuesPixels || seen.insert(chunk.type).inserted, isSmallEnough(chunk),
                keepsProfile || chunk.type != "iCCP"
            else { continue }
            append(chunk.start..<min(chunk.end, bytes.count), to: &ranges)
            if chunk.type == "IEND" { break }
        }
        return ranges
    }

    private static func isSmallEnough(_ chunk: PNGChunks.Chunk) -> Bool {
        switch chunk.type {
        case "eXIf": chunk.payload.count <= exifByteLimit
        case "iCCP": chunk.payload.count <= profileByteLimit
        default: true
        }
    }

    private static func append(_ range: Range<Int>, to ranges: inout [Range<Int>]) {
        if let last = ranges.last, last.upperBound == range.lowerBound {
            ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
        } else {
            ranges.append(range)
        }
    }
}
