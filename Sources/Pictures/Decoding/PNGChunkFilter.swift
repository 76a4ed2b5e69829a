/// What of a PNG is put before a decoder: pixels, and how to show them.
///
/// libpng inflates text and profiles when it opens a file, each of up to 50 MB as libvips sets it: 163 KB of text have
/// cost 672 MB of memory.
package enum PNGChunkFilter {
    /// Bytes of EXIF; it is read for its orientation.
    static let exifByteLimit = 65_536
    /// Bytes of a compressed colour profile.
    static let profileByteLimit = 1 << 20

    /// Chunks that are kept, each once but the pixels.
    private static let kept: Set<FourCC> = [
        "IHDR", "PLTE", "tRNS", "IDAT", "IEND", "gAMA", "cHRM", "sRGB", "cICP", "iCCP", "pHYs",
        "eXIf",
    ]

    /// The ranges of `bytes` that make the PNG a decoder shall see: ascending, apart from each other, at most one for
    /// each kind of chunk and one more. None when it is no PNG.
    ///
    /// A file that is cut off stays cut off, at the same place.
    ///
    /// - Parameter keepsProfile: False for a picture whose colour profile is of no use, and may be a bomb.
    package static func keptRanges(of bytes: [UInt8], keepsProfile: Bool = true) -> [Range<Int>] {
        guard FileKind(signature: bytes) == .png else { return [] }
        var source = BufferedFileReader(bytes)
        var ranges = [0..<PNGChunks.signatureLength]
        var seen: Set<FourCC> = []
        var chunks = PNGChunks()
        var previous: FourCC?
        while let chunk = chunks.next(&source) {
            // Pixels behind another chunk are none for libpng (pngrutil.c, "Not enough image data").
            let goesOn = chunk.type == "IDAT" && previous == "IDAT"
            previous = chunk.type
            guard kept.contains(chunk.type), goesOn || seen.insert(chunk.type).inserted, isSmallEnough(chunk),
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
