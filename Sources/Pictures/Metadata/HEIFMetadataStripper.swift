/// Plans the removal of metadata from a HEIF or AVIF file (ISO/IEC 14496-12 and 23008-12).
///
/// Bytes are overwritten rather than removed, since such files contain many absolute offsets.
struct HEIFMetadataStripper {
    /// Boxes of the file that readers need, apart from its first `meta` box. Others become free boxes.
    private static let kept: Set<FourCC> = [
        "ftyp", "mdat", "moov", "moof", "mfra", "meco", "pdin", "styp", "sidx", "free", "skip",
    ]
    /// Boxes of the `meta` box that readers need.
    private static let keptInMeta: Set<FourCC> = [
        "hdlr", "pitm", "iloc", "iinf", "iprp", "iref", "idat", "dinf", "ipro", "grpl",
    ]
    /// Boxes of a movie and its tracks that readers do not need.
    private static let movieMetadata: Set<FourCC> = ["udta", "meta", "uuid"]

    private var edits: StripEdits
    private var meta: ISOBoxes.Box?
    /// Ranges in which the bytes of items may be.
    private var data: [Range<Int>] = []
    private var hasMovie = false

    init(byteCount: Int) { edits = StripEdits(byteCount: byteCount) }

    mutating func read(_ source: inout BufferedFileReader) -> StripEdits {
        gather(&source)
        let items = meta.map { HEIFItems(&source, in: $0.content).list } ?? []
        let isMetadata = { (item: HEIFItems.Item) in item.type == "Exif" || item.isXMP }
        let needed = RangeSet(items.lazy.filter { !isMetadata($0) }.flatMap(\.extents).filter { !$0.isEmpty })
        overwriteItems(&source, items.filter(isMetadata), needed)
        overwriteBoxes(&source, needed)
        return edits
    }

    private mutating func gather(_ source: inout BufferedFileReader) {
        var boxes = ISOBoxes(source)
        while let box = boxes.next(&source) {
            switch box.type {
            case "mdat": data.append(box.payload)
            case "moov": hasMovie = true
            // Only one is allowed (ISO/IEC 14496-12 section 8.11.1).
            case "meta" where meta == nil:
                meta = box
                if let own = ISOBoxes.first("idat", in: box.content, &source) { data.append(own.payload) }
            default: break
            }
        }
    }

    /// Leaves items that share bytes with others, or that are outside the ranges for items.
    private mutating func overwriteItems(
        _ source: inout BufferedFileReader,
        _ items: [HEIFItems.Item],
        _ needed: RangeSet<Int>
    ) {
        let places = RangeSet(data)
        var taken = needed
        for item in items {
            let extents = RangeSet(item.extents.filter { !$0.isEmpty })
            // Smaller than the sum of the extents if they overlap.
            let byteCount = extents.ranges.reduce(0) { $0 + $1.count }
            guard extents.isDisjoint(taken), item.extents.reduce(0, { $0 + $1.count }) == byteCount,
                extents.isSubset(of: places)
            else { continue }
            taken.formUnion(extents)
            if item.isXMP {
                for range in item.extents { overwriteXMP(&source, range) }
            } else {
                for (index, range) in item.extents.enumerated() { overwriteEXIF(&source, range, isFirst: index == 0) }
            }
        }
    }

    private mutating func overwriteXMP(_ source: inout BufferedFileReader, _ range: Range<Int>) {
        let space = UInt8(ascii: " ")
        guard !source.isFilled(range, with: space) else { return }
        edits.fill(range, with: space, source.metadata(ofXMP: range))
    }

    /// ISO/IEC 23008-12 annex A.2.1: the number of bytes to skip, in four bytes, then the TIFF header.
    private mutating func overwriteEXIF(_ source: inout BufferedFileReader, _ range: Range<Int>, isFirst: Bool) {
        let minimal = [0, 0, 0, 0] + EXIFBlock.minimal(orientation: 1)
        let head = isFirst && range.count >= minimal.count ? minimal : []
        let rest = range.lowerBound + head.count..<range.upperBound
        let isClean = source.has(head, in: range.lowerBound..<rest.lowerBound) && source.isFilled(rest, with: 0)
        guard !isClean else { return }
        let skipped = source.bigEndian(at: range.lowerBound, length: 4) ?? 0
        let block = min(range.lowerBound + 4 + skipped, range.upperBound)..<range.upperBound
        let removed = source.metadata(ofEXIF: block)
        if !head.isEmpty { edits.replace(range.lowerBound..<rest.lowerBound, with: head, removed) }
        edits.fill(rest, with: 0, removed)
    }

    /// Boxes that readers do not need may contain anything: a video of a phone, a thumbnail, a signed history.
    private mutating func overwriteBoxes(_ source: inout BufferedFileReader, _ needed: RangeSet<Int>) {
        var boxes = ISOBoxes(source)
        while let box = boxes.next(&source) {
            switch box.type {
            case "meta" where box.start == meta?.start:
                overwriteBoxes(&source, in: box.content, needed) { !Self.keptInMeta.contains($0) }
            case "moov": overwriteMovie(&source, box.payload, needed)
            // The data of movie frames can be referenced in many ways, so unknown boxes beside a movie are kept.
            case _ where hasMovie: break
            case "free", "skip": free(&source, box, needed)
            default: if !Self.kept.contains(box.type) { free(&source, box, needed) }
            }
        }
    }

    private mutating func overwriteMovie(
        _ source: inout BufferedFileReader,
        _ movie: Range<Int>,
        _ needed: RangeSet<Int>
    ) {
        overwriteBoxes(&source, in: movie, needed, where: Self.movieMetadata.contains)
        overwriteTimes(&source, of: ISOBoxes.first("mvhd", in: movie, &source))
        var tracks = ISOBoxes(in: movie)
        while let track = tracks.next(&source) {
            guard track.type == "trak" else { continue }
            overwriteBoxes(&source, in: track.payload, needed, where: Self.movieMetadata.contains)
            overwriteTimes(&source, of: ISOBoxes.first("tkhd", in: track.payload, &source))
            overwriteTimes(&source, of: ISOBoxes.first(at: ["mdia", "mdhd"], in: track.payload, &source))
        }
    }

    /// The times of creation and change are the first two numbers, of 8 bytes each in version 1 of a box and of 4 in
    /// version 0.
    private mutating func overwriteTimes(_ source: inout BufferedFileReader, of box: ISOBoxes.Box?) {
        guard let box, let version = source.byte(at: box.payload.lowerBound) else { return }
        let length = version == 1 ? 16 : 8
        let times = box.content.lowerBound..<min(box.content.lowerBound + length, box.content.upperBound)
        guard !source.isFilled(times, with: 0) else { return }
        edits.fill(times, with: 0, [.time])
    }

    private mutating func overwriteBoxes(
        _ source: inout BufferedFileReader,
        in range: Range<Int>,
        _ needed: RangeSet<Int>,
        where isUnwanted: (FourCC) -> Bool
    ) {
        var boxes = ISOBoxes(in: range)
        while let box = boxes.next(&source) {
            if isUnwanted(box.type) { free(&source, box, needed) }
        }
    }

    /// Turns a box into a free box of zeros, unless it contains an item.
    private mutating func free(_ source: inout BufferedFileReader, _ box: ISOBoxes.Box, _ needed: RangeSet<Int>) {
        guard needed.isDisjoint(RangeSet(box.payload)) else { return }
        let isFree = box.type == "free" || box.type == "skip"
        guard !isFree || !source.isFilled(box.payload, with: 0) else { return }
        if !isFree { edits.replace(box.start + 4..<box.start + 8, with: Array("free".utf8), [.other]) }
        edits.fill(box.payload, with: 0, [.other])
    }
}
