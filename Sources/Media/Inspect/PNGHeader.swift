/// Walks the chunks of a PNG (PNG specification, third edition, sections 5 and 11).
struct PNGHeader {
    /// The most that DEFLATE can expand a byte to: a 258-byte match in two bits.
    private static let deflateRatio = 1032

    private let inflatedLimit: Int
    private var facts = ImageFacts(format: .png)
    private var compressedByteCount = 0

    /// - Parameter inflatedLimit: bytes that compressed metadata may come to when inflated.
    init(inflatedLimit: Int) { self.inflatedLimit = inflatedLimit }

    /// - Throws: ``InspectionFailure/inflatingMetadata``. libpng inflates text and profiles when it opens a file,
    ///   before anyone can look at their size: 163 KB of it have cost 672 MB.
    mutating func read(_ source: inout ByteSource) throws(InspectionFailure) -> ImageFacts {
        facts.isLossless = true
        var position = 8
        while let length = source.bigEndian(at: position, length: 4),
            let type = source.bytes(at: position + 4, length: 4)
        {
            let start = position + 8
            switch String(decoding: type, as: UTF8.self) {
            case "IHDR": readIHDR(&source, at: start)
            case "tRNS": addTransparency()
            case "acTL": facts.isAnimated = true
            case "eXIf": facts.orientation = EXIFOrientation.read(&source, at: start, end: start + length) ?? 1
            case "zTXt", "iTXt": try count(length)
            case "iCCP": try count(Self.cost(ofProfile: length))
            case "IEND": return facts
            default: break
            }
            position = start + length + 4
        }
        return facts
    }

    /// Width, height, bit depth, colour type, compression, filter, interlace.
    private mutating func readIHDR(_ source: inout ByteSource, at start: Int) {
        guard !facts.hasSize, let header = source.bytes(at: start, length: 13),
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

    private mutating func addTransparency() {
        guard !facts.hasAlpha else { return }
        facts.hasAlpha = true
        facts.componentCount += 1
    }

    private mutating func count(_ length: Int) throws(InspectionFailure) {
        compressedByteCount += length
        guard compressedByteCount * Self.deflateRatio <= inflatedLimit else { throw .inflatingMetadata }
    }

    /// libpng inflates one profile, once, to the size in the profile's own header and never above 50 MB (libvips sets
    /// that), so that one of a usual size costs nothing here. One of more than 1 MiB is over any limit.
    private static func cost(ofProfile length: Int) -> Int { length > 1 << 20 ? length : 0 }
}
