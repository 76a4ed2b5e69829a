/// Reads the boxes of a HEIF or AVIF file (ISO/IEC 14496-12 and 23008-12): what the primary item decodes to.
enum HEIFHeader {
    /// Brands of image sequences (ISO/IEC 23008-12 annex B, AVIF 1.1 section 6.3).
    private static let sequenceBrands: Set<FourCC> = ["hevc", "hevx", "msf1", "avis"]

    /// Facts up to where the file ends or stops making sense; without a size when the primary item has none.
    static func read(_ source: inout ByteSource, as kind: FileKind) -> ImageFacts {
        var facts = ImageFacts(format: kind)
        var boxes = ISOBoxes(source)
        while let box = boxes.next(&source) {
            switch box.type {
            case "meta": readItems(&source, in: box.content, into: &facts)
            case "moov": readTrack(&source, in: box.payload, into: &facts)
            default: break
            }
        }
        facts.isAnimated = ISOBrands(&source)?.contains(anyOf: sequenceBrands) ?? false
        if !facts.isAnimated { (facts.frameCount, facts.durationMilliseconds) = (1, 0) }
        return facts
    }

    private static func readItems(_ source: inout ByteSource, in meta: Range<Int>, into facts: inout ImageFacts) {
        guard !facts.hasSize, let properties = ISOBoxes.first("iprp", in: meta, &source),
            let container = ISOBoxes.first("ipco", in: properties.payload, &source)
        else { return }
        let shared = HEIFProperties(&source, in: container.payload)
        guard let primary = primaryItem(&source, in: meta),
            let association = ISOBoxes.first("ipma", in: properties.payload, &source)
        else { return }
        for index in HEIFAssociations(association).indices(of: primary, &source) { shared.apply(index, to: &facts) }
        if shared.hasAlpha {
            facts.hasAlpha = true
            facts.componentCount = min(facts.componentCount + 1, 4)
        }
    }

    /// ISO/IEC 14496-12 section 8.11.4.
    private static func primaryItem(_ source: inout ByteSource, in meta: Range<Int>) -> Int? {
        guard let box = ISOBoxes.first("pitm", in: meta, &source),
            let version = source.byte(at: box.payload.lowerBound)
        else { return nil }
        return source.bigEndian(at: box.content.lowerBound, length: version == 0 ? 2 : 4)
    }

    /// Frames and duration of the first track: sections 8.4.2 ("mdhd") and 8.7.3 ("stsz").
    private static func readTrack(_ source: inout ByteSource, in movie: Range<Int>, into facts: inout ImageFacts) {
        guard let media = ISOBoxes.first(at: ["trak", "mdia"], in: movie, &source) else { return }
        if let sizes = ISOBoxes.first(at: ["minf", "stbl", "stsz"], in: media.payload, &source),
            sizes.content.count >= 8, let count = source.bigEndian(at: sizes.content.lowerBound + 4, length: 4)
        {
            facts.frameCount = min(max(count, 1), FrameTally.countLimit)
        }
        guard let header = ISOBoxes.first("mdhd", in: media.payload, &source),
            let version = source.byte(at: header.payload.lowerBound)
        else { return }
        // Times of creation and change come first, of 8 bytes each in version 1 and of 4 in version 0.
        let length = version == 1 ? 8 : 4
        let start = header.content.lowerBound + length * 2
        guard let unitsPerSecond = source.bigEndian(at: start, length: 4), unitsPerSecond > 0,
            let duration = source.bigEndian(at: start + 4, length: length)
        else { return }
        facts.durationMilliseconds = duration.times(1000) / unitsPerSecond
    }
}
