/// Plans the removal of segments of a JPEG (ITU-T T.81 annex B).
///
/// Kept are tables and pixels, the application segments of JFIF (without thumbnail), of the colour profile and of Adobe
/// (with the colour transform), and a gain map after the pixels with the segments that announce it.
struct JPEGMetadataStripper {
    /// Replaces a segment within pixels, so that the pixels still end there.
    private static let emptyComment: [UInt8] = [0xFF, 0xFE, 0, 2]

    private let orientation: Int
    private(set) var edits: StripEdits
    private(set) var announcements = GainMapAnnouncements()
    /// Set while a gain map is read instead of the picture itself.
    private var gainMap: GainMap?
    private var isAfterScan = false
    private var hasEXIF = false

    /// - Parameter orientation: as decoders read it from EXIF; kept unless it is 1.
    init(byteCount: Int, orientation: Int) {
        self.orientation = orientation
        edits = StripEdits(byteCount: byteCount)
    }

    private init(of gainMap: GainMap, byteCount: Int) {
        self.init(byteCount: byteCount, orientation: 1)
        self.gainMap = gainMap
    }

    mutating func read(_ source: inout BufferedFileReader) -> StripEdits {
        var segments = JPEGSegments(at: gainMap?.range.lowerBound ?? 0)
        while let segment = segments.next(&source) {
            switch segment.marker {
            case JPEGSegments.endOfImage:
                if gainMap == nil { readRest(&source, from: segment.payload.upperBound) }
                return edits
            case JPEGSegments.startOfScan: isAfterScan = true
            default: if segment.isMetadata { readMetadata(&source, segment) }
            }
        }
        isAfterScan = false
        removeAnnouncements(&source)
        return edits
    }

    /// Handles the bytes after the end of the picture, and the segments that announce them.
    private mutating func readRest(_ source: inout BufferedFileReader, from end: Int) {
        let hasPixels = isAfterScan
        isAfterScan = false
        guard hasPixels, let gainMap = announcements.gainMap(&source, after: end) else {
            removeAnnouncements(&source)
            if hasPixels, end < source.count { edits.drop(end..<source.count, [.trailer]) }
            return
        }
        edits.drop(end..<gainMap.range.lowerBound, [.trailer])
        var stripper = JPEGMetadataStripper(of: gainMap, byteCount: source.count)
        let edits = stripper.read(&source)
        self.edits.add(edits)
        self.edits.drop(gainMap.range.upperBound..<source.count, [.trailer])
        announce(&source, gainMapOf: gainMap.range.count + edits.growth(before: .max), after: end)
    }

    private mutating func removeAnnouncements(_ source: inout BufferedFileReader) {
        for segment in announcements.segments.values { remove(&source, segment, Self.metadata(&source, segment)) }
    }

    /// Reduces the segments that announce a gain map to that, with the numbers of the new file.
    private mutating func announce(_ source: inout BufferedFileReader, gainMapOf byteCount: Int, after end: Int) {
        let segments = announcements.segments
        if let xmp = segments[.xmp] {
            let payload = GainMapContainer.payload(version: announcements.version, byteCount: byteCount)
            reduce(&source, xmp, to: payload)
        }
        if let parameters = segments[.parameters],
            let length = GainMapParameters.neededLength(&source, in: parameters.payload, ofGainMap: false),
            let payload = source.bytes(at: parameters.payload.lowerBound, length: length)
        {
            reduce(&source, parameters, to: payload)
        }
        guard let directory = segments[.directory] else { return }
        // The numbers depend on the length of the directory.
        let blank = MultiPicture.payload([.init(byteCount: 0, offset: 0), .init(byteCount: 0, offset: 0)])
        let growth = blank.count - (range(of: directory, &source).count - 4)
        let pictureByteCount = end + edits.growth(before: end) + growth
        let start = directory.start + edits.growth(before: directory.start)
        let base = start + 4 + MultiPicture.signature.utf8CodeUnitCount
        let entries: [MultiPicture.Entry] = [
            .init(byteCount: pictureByteCount, offset: 0), .init(byteCount: byteCount, offset: pictureByteCount - base),
        ]
        let old = MultiPicture(&source, in: directory.payload)?.entries ?? []
        let isClean = source.has(MultiPicture.payload(old), in: directory.payload)
        replace(&source, directory, with: MultiPicture.payload(entries), isClean ? [] : [.other])
    }

    /// Replaces the payload of a segment, if it differs.
    private mutating func reduce(
        _ source: inout BufferedFileReader,
        _ segment: JPEGSegments.Segment,
        to payload: [UInt8]
    ) {
        guard !source.has(payload, in: segment.payload) else { return }
        replace(&source, segment, with: payload, Self.metadata(&source, segment))
    }

    private mutating func readMetadata(_ source: inout BufferedFileReader, _ segment: JPEGSegments.Segment) {
        let payload = segment.payload
        if gainMap == nil, !isAfterScan, announcements.note(&source, segment) { return }
        if gainMap != nil, !isAfterScan, let payload = GainMap.description(&source, segment) {
            return reduce(&source, segment, to: payload)
        }
        switch segment.marker {
        case 0xE0 where source.has("JFIF\0", at: payload.lowerBound) && payload.count >= 14:
            // JFIF 1.02: a name, version, density, then the sides of a thumbnail and its pixels.
            let hasThumbnail = payload.count > 14 || source.bytes(at: payload.lowerBound + 12, length: 2) != [0, 0]
            if hasThumbnail { shorten(&source, segment, to: 12, and: [0, 0], [.thumbnail]) }
        case 0xE1 where source.has("Exif\0\0", at: payload.lowerBound):
            readEXIF(&source, segment)
        case 0xE2 where source.has("ICC_PROFILE\0", at: payload.lowerBound):
            break
        case 0xEE where source.has("Adobe", at: payload.lowerBound) && payload.count >= 12:
            if payload.count > 12 { shorten(&source, segment, to: 12, and: [], [.other]) }
        case 0xFE where isAfterScan && payload.isEmpty:
            break
        default:
            remove(&source, segment, Self.metadata(&source, segment))
        }
    }

    /// Keeps the beginning of a payload, followed by `rest`.
    private mutating func shorten(
        _ source: inout BufferedFileReader,
        _ segment: JPEGSegments.Segment,
        to length: Int,
        and rest: [UInt8],
        _ removed: Set<RemovedMetadata>
    ) {
        guard let content = source.bytes(at: segment.payload.lowerBound, length: length) else {
            return remove(&source, segment, removed)
        }
        replace(&source, segment, with: content + rest, removed)
    }

    private mutating func replace(
        _ source: inout BufferedFileReader,
        _ segment: JPEGSegments.Segment,
        with payload: [UInt8],
        _ removed: Set<RemovedMetadata>
    ) {
        let length = payload.count + 2
        let header = [0xFF, segment.marker, UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)]
        edits.replace(range(of: segment, &source), with: header + payload, removed)
    }

    /// The first block before the pixels determines the orientation.
    private mutating func readEXIF(_ source: inout BufferedFileReader, _ segment: JPEGSegments.Segment) {
        let payload = segment.payload
        let removed = source.metadata(ofEXIF: payload.lowerBound + 6..<max(payload.upperBound, payload.lowerBound + 6))
        guard !hasEXIF, !isAfterScan, orientation != 1 else {
            hasEXIF = true
            return remove(&source, segment, removed)
        }
        hasEXIF = true
        let minimal = Array("Exif\0\0".utf8) + EXIFBlock.minimal(orientation: orientation)
        guard !source.has(minimal, in: payload) else { return }
        replace(&source, segment, with: minimal, removed)
    }

    private mutating func remove(
        _ source: inout BufferedFileReader,
        _ segment: JPEGSegments.Segment,
        _ removed: Set<RemovedMetadata>
    ) {
        let range = range(of: segment, &source)
        if isAfterScan {
            edits.replace(range, with: Self.emptyComment, removed)
        } else {
            edits.drop(range, removed)
        }
    }

    /// The range of a segment, including, before the pixels, the bytes up to the next marker: the rest of a segment
    /// with a wrong length. Decoders skip them, but detect a JPEG by the marker directly after its start.
    private func range(of segment: JPEGSegments.Segment, _ source: inout BufferedFileReader) -> Range<Int> {
        let end = segment.payload.upperBound
        guard !isAfterScan else { return segment.start..<end }
        return segment.start..<(source.firstIndex(of: 0xFF, from: end) ?? max(end, source.count))
    }

    private static func metadata(
        _ source: inout BufferedFileReader,
        _ segment: JPEGSegments.Segment
    ) -> Set<RemovedMetadata> {
        let start = segment.payload.lowerBound
        switch segment.marker {
        case 0xE0 where source.has("JFXX\0", at: start): return [.thumbnail]
        case 0xE1 where source.has("http://ns.adobe.com/x", at: start): return source.metadata(ofXMP: segment.payload)
        case 0xED: return [.iptc]
        case 0xFE: return [.comment]
        default: return [.other]
        }
    }
}
