/// Parses the boxes of a HEIF or AVIF file (ISO/IEC 14496-12 and 23008-12) that describe its primary item.
enum HEIFHeader {
    /// Brands of image sequences (ISO/IEC 23008-12 annex B, AVIF 1.1 section 6.3).
    private static let sequenceBrands: Set<FourCC> = ["hevc", "hevx", "msf1", "avis"]

    /// Facts up to the end or the first invalid box; without a size when the primary item has none.
    static func read(_ source: inout BufferedFileReader, as kind: FileKind) -> ImageFacts {
        var facts = ImageFacts(format: kind)
        let file = 0..<source.count
        guard !containsOverlay(&source, in: file) else { return facts }
        if let meta = ISOBoxes.first("meta", in: file, &source) { readItems(&source, in: meta.content, into: &facts) }
        facts.isAnimated = ISOBrands(&source)?.contains(anyOf: sequenceBrands) ?? false
        guard facts.isAnimated, let movie = ISOBoxes.first("moov", in: file, &source) else { return facts }
        readTrack(&source, in: movie.payload, into: &facts)
        return facts
    }

    /// Whether a picture is an overlay of other pictures (ISO/IEC 23008-12 section 6.6.2.2).
    ///
    /// Cameras do not write overlays, and libheif 1.15 reads beyond the buffers of their layers (CVE-2025-68431,
    /// CVE-2026-32882). The type is searched byte by byte, so that it does not matter which of several item lists a
    /// decoder uses.
    private static func containsOverlay(_ source: inout BufferedFileReader, in file: Range<Int>) -> Bool {
        var boxes = ISOBoxes(in: file)
        while let box = boxes.next(&source) {
            if box.type == "meta", source.contains("iovl", in: box.payload) { return true }
        }
        return false
    }

    private static func readItems(_ source: inout BufferedFileReader, in meta: Range<Int>, into facts: inout ImageFacts)
    {
        guard let properties = ISOBoxes.first("iprp", in: meta, &source),
            let container = ISOBoxes.first("ipco", in: properties.payload, &source)
        else { return }
        let shared = HEIFProperties(&source, in: container.payload)
        guard let primary = primaryItem(&source, in: meta),
            let association = ISOBoxes.first("ipma", in: properties.payload, &source)
        else { return }
        for index in HEIFAssociations.indices(of: primary, in: association, &source) {
            shared.apply(index, to: &facts)
        }
        if shared.hasAlpha {
            facts.hasAlpha = true
            facts.componentCount = min(facts.componentCount + 1, 4)
        }
    }

    /// ISO/IEC 14496-12 section 8.11.4.
    private static func primaryItem(_ source: inout BufferedFileReader, in meta: Range<Int>) -> Int? {
        guard let box = ISOBoxes.first("pitm", in: meta, &source) else { return nil }
        var reader = NumberReader(box.payload)
        guard let version = reader.number(&source, 1) else { return nil }
        reader.skip(3)
        return reader.number(&source, version == 0 ? 2 : 4)
    }

    /// Frames and duration of the first track: sections 8.7.3 ("stsz") and 8.4.2 ("mdhd").
    private static func readTrack(
        _ source: inout BufferedFileReader,
        in movie: Range<Int>,
        into facts: inout ImageFacts
    ) {
        guard let media = ISOBoxes.first(at: ["trak", "mdia"], in: movie, &source)?.payload else { return }
        if let sizes = ISOBoxes.first(at: ["minf", "stbl", "stsz"], in: media, &source) {
            var reader = NumberReader(sizes.content)
            reader.skip(4)
            facts.frameCount = min(max(reader.number(&source, 4) ?? 1, 1), FrameCounter.countLimit)
        }
        if let header = ISOBoxes.first("mdhd", in: media, &source) {
            facts.durationMilliseconds = milliseconds(&source, header)
        }
    }

    private static func milliseconds(_ source: inout BufferedFileReader, _ header: ISOBoxes.Box) -> Int {
        var reader = NumberReader(header.payload)
        // The unit follows the times of creation and change, of 8 bytes each in version 1 and of 4 in version 0.
        let length = reader.number(&source, 1) == 1 ? 8 : 4
        reader.skip(3 + length * 2)
        guard let unitsPerSecond = reader.number(&source, 4), unitsPerSecond > 0,
            let duration = reader.number(&source, length)
        else { return 0 }
        return duration.times(1000) / unitsPerSecond
    }
}
