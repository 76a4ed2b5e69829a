/// Walks the markers of a JPEG (ITU-T T.81 annex B) as far as they go.
struct JPEGHeader {
    private let scanLimit: Int
    private var facts = ImageFacts(format: .jpeg)
    private var hasFrame = false

    /// - Parameter scanLimit: counting scans stops one above this.
    init(scanLimit: Int) { self.scanLimit = scanLimit }

    /// Facts up to where the file ends or stops making sense; without a size when no frame header was found.
    mutating func read(_ source: inout ByteSource) -> ImageFacts {
        var position = 2
        while let segment = Self.nextSegment(&source, from: position) {
            switch segment.marker {
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF: readFrame(&source, segment)
            case 0xE1: readEXIF(&source, segment)
            case 0xDA: facts.scanCount += 1
            default: break
            }
            guard facts.scanCount <= scanLimit else { break }
            position = segment.end
        }
        return facts
    }

    private struct Segment {
        let marker: UInt8
        /// Where the payload starts, after the length.
        let start: Int
        let end: Int
    }

    /// The next marker segment; entropy-coded data, which may hold stuffed and restart markers, is passed over.
    private static func nextSegment(_ source: inout ByteSource, from offset: Int) -> Segment? {
        var position = offset
        while let found = source.firstIndex(of: 0xFF, from: position) {
            guard let marker = source.byte(at: found + 1) else { return nil }
            switch marker {
            case 0xFF: position = found + 1
            case 0x00, 0x01, 0xD0...0xD8: position = found + 2
            case 0xD9: return nil
            default:
                guard let length = source.bigEndian(at: found + 2, length: 2), length >= 2 else { return nil }
                return Segment(marker: marker, start: found + 4, end: found + 2 + length)
            }
        }
        return nil
    }

    /// T.81 B.2.2: precision, height, width, then identifier, sampling factors and table of each component.
    private mutating func readFrame(_ source: inout ByteSource, _ segment: Segment) {
        guard !hasFrame, let frame = source.bytes(at: segment.start, length: 6) else { return }
        hasFrame = true
        facts.bitDepth = Int(frame[0])
        facts.storedHeight = Int(frame[1]) << 8 | Int(frame[2])
        facts.storedWidth = Int(frame[3]) << 8 | Int(frame[4])
        facts.componentCount = Int(frame[5])
        facts.isProgressive = [0xC2, 0xC6, 0xCA, 0xCE].contains(segment.marker)
        facts.isLossless = [0xC3, 0xC7, 0xCB, 0xCF].contains(segment.marker)
        guard let components = source.bytes(at: segment.start + 6, length: facts.componentCount * 3) else { return }
        facts.coefficientByteCount = Self.coefficientByteCount(facts, components)
    }

    /// Two bytes a coefficient; a component that is sampled less densely has fewer.
    private static func coefficientByteCount(_ facts: ImageFacts, _ components: [UInt8]) -> Int {
        let factors = stride(from: 1, to: components.count, by: 3).map { index in
            (horizontal: Int(components[index] >> 4), vertical: Int(components[index] & 15))
        }
        let widest = max(factors.map(\.horizontal).max() ?? 1, 1)
        let highest = max(factors.map(\.vertical).max() ?? 1, 1)
        return factors.reduce(0) { sum, factor in
            sum + facts.pixelCount * factor.horizontal * factor.vertical * 2 / (widest * highest)
        }
    }

    private mutating func readEXIF(_ source: inout ByteSource, _ segment: Segment) {
        guard facts.orientation == 1, source.has("Exif\0\0", at: segment.start) else { return }
        facts.orientation = EXIFOrientation.read(&source, at: segment.start + 6, end: segment.end) ?? 1
    }
}
