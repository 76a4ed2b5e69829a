/// Finds what to remove among the segments of a JPEG (ITU-T T.81 annex B).
///
/// What stays are the tables and pixels, and of the segments for applications JFIF without its thumbnail, the colour
/// profile and Adobe's, which tells how colours are coded.
struct JPEGScrubber {
    /// A comment without words. In the place of a segment that breaks into pixels, it ends them there just as well.
    private static let emptyComment: [UInt8] = [0xFF, 0xFE, 0, 2]

    private let orientation: Int
    private var edits: ScrubEdits
    private var isBehindScan = false
    private var hasEXIF = false

    /// - Parameter orientation: what decoders make of the file's EXIF; kept if it is not 1.
    init(byteCount: Int, orientation: Int) {
        self.orientation = orientation
        edits = ScrubEdits(byteCount: byteCount)
    }

    mutating func read(_ source: inout ByteSource) -> ScrubEdits {
        var segments = JPEGSegments()
        while let segment = segments.next(&source) {
            switch segment.marker {
            case JPEGSegments.endOfImage:
                if isBehindScan, segment.payload.upperBound < source.count {
                    edits.drop(segment.payload.upperBound..<source.count, [.trailer])
                }
                return edits
            case JPEGSegments.startOfScan: isBehindScan = true
            default: if segment.isMetadata { readMetadata(&source, segment) }
            }
        }
        return edits
    }

    private mutating func readMetadata(_ source: inout ByteSource, _ segment: JPEGSegments.Segment) {
        let payload = segment.payload
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
        case 0xFE where isBehindScan && payload.isEmpty:
            break
        default:
            remove(&source, segment, Self.metadata(&source, segment))
        }
    }

    /// Keeps the beginning of a segment's payload, and puts `rest` behind it.
    private mutating func shorten(
        _ source: inout ByteSource,
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
        _ source: inout ByteSource,
        _ segment: JPEGSegments.Segment,
        with payload: [UInt8],
        _ removed: Set<RemovedMetadata>
    ) {
        let header = [0xFF, segment.marker, 0, UInt8(clamping: payload.count + 2)]
        edits.replace(range(of: segment, &source), with: header + payload, removed)
    }

    /// The first block before the pixels is the one that turns the picture.
    private mutating func readEXIF(_ source: inout ByteSource, _ segment: JPEGSegments.Segment) {
        let payload = segment.payload
        let removed = source.metadata(ofEXIF: payload.lowerBound + 6..<max(payload.upperBound, payload.lowerBound + 6))
        guard !hasEXIF, !isBehindScan, orientation != 1 else {
            hasEXIF = true
            return remove(&source, segment, removed)
        }
        hasEXIF = true
        let minimal = Array("Exif\0\0".utf8) + EXIFBlock.minimal(orientation: orientation)
        guard !source.has(minimal, in: payload) else { return }
        replace(&source, segment, with: minimal, removed)
    }

    private mutating func remove(
        _ source: inout ByteSource,
        _ segment: JPEGSegments.Segment,
        _ removed: Set<RemovedMetadata>
    ) {
        let range = range(of: segment, &source)
        if isBehindScan {
            edits.replace(range, with: Self.emptyComment, removed)
        } else {
            edits.drop(range, removed)
        }
    }

    /// A segment, and before the pixels what follows it without being one: the rest of a block whose length was wrong.
    /// Decoders skip that, but know a JPEG by the marker that comes right after its start.
    private func range(of segment: JPEGSegments.Segment, _ source: inout ByteSource) -> Range<Int> {
        let end = segment.payload.upperBound
        guard !isBehindScan else { return segment.start..<end }
        return segment.start..<(source.firstIndex(of: 0xFF, from: end) ?? max(end, source.count))
    }

    private static func metadata(
        _ source: inout ByteSource,
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
