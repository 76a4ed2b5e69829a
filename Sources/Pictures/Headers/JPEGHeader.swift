/// Parses the header of a JPEG (ITU-T T.81 annex B).
struct JPEGHeader {
    private let limits: ImageLimits
    private var facts = ImageFacts(format: .jpeg)
    private var frame: JPEGFrame?
    private var hasEXIF = false
    private var gainMap = GainMapAnnouncements()
    private var metadataCount = 0
    private var profileByteCount = 0

    /// - Parameter limits: scans are counted up to one beyond the limit.
    init(limits: ImageLimits) { self.limits = limits }

    /// Facts up to the end or the first invalid segment; without a size when there is no frame header.
    /// - Throws: ``ImageLimitExceeded/segmentCount(_:)`` or ``ImageLimitExceeded/profileByteCount(_:)``.
    mutating func read(_ source: inout BufferedFileReader) throws(ImageLimitExceeded) -> ImageFacts {
        var segments = JPEGSegments()
        while let segment = segments.next(&source) {
            if facts.scanCount == 0 { _ = gainMap.note(&source, segment) }
            switch segment.marker {
            case JPEGSegments.endOfImage:
                let end = segment.payload.upperBound
                facts.hasHDR = facts.scanCount > 0 && gainMap.gainMap(&source, after: end) != nil
                return facts
            case _ where segment.isFrame: readFrame(&source, segment)
            case JPEGSegments.startOfScan: readScan(&source, segment)
            case 0xE1: readEXIF(&source, segment)
            case 0xE2: try countProfile(&source, segment)
            default: break
            }
            if segment.isMetadata { try countMetadata() }
            guard facts.scanCount <= limits.scanCount else { break }
        }
        return facts
    }

    /// Only the first frame header is used; decoders reject a second one.
    private mutating func readFrame(_ source: inout BufferedFileReader, _ segment: JPEGSegments.Segment) {
        guard frame == nil, let frame = JPEGFrame(&source, segment) else { return }
        self.frame = frame
        facts.bitDepth = frame.precision
        facts.storedHeight = frame.height
        facts.storedWidth = frame.width
        facts.componentCount = frame.components.count
        facts.isProgressive = frame.isProgressive
        facts.isArithmetic = frame.isArithmetic
        facts.isLossless = frame.isLossless
        if frame.isProgressive { facts.coefficientByteCount = frame.coefficientByteCount }
    }

    /// T.81 B.2.3: the number of components comes first. If later scans have further components, decoders hold all
    /// coefficients.
    private mutating func readScan(_ source: inout BufferedFileReader, _ segment: JPEGSegments.Segment) {
        facts.scanCount += 1
        guard let frame, facts.scanCount == 1, let count = source.byte(at: segment.payload.lowerBound),
            count < frame.components.count
        else { return }
        facts.coefficientByteCount = frame.coefficientByteCount
    }

    /// As in libvips, only the first block is used, and only if it precedes the pixels.
    private mutating func readEXIF(_ source: inout BufferedFileReader, _ segment: JPEGSegments.Segment) {
        let payload = segment.payload
        guard !hasEXIF, facts.scanCount == 0, source.has("Exif\0\0", at: payload.lowerBound) else { return }
        hasEXIF = true
        let exif = EXIFBlock(&source, at: payload.lowerBound + 6, end: payload.upperBound)
        facts.orientation = exif.orientation ?? 1
    }

    private mutating func countProfile(
        _ source: inout BufferedFileReader,
        _ segment: JPEGSegments.Segment
    ) throws(ImageLimitExceeded) {
        guard source.has("ICC_PROFILE\0", at: segment.payload.lowerBound) else { return }
        profileByteCount += segment.payload.count
        guard profileByteCount <= limits.profileByteCount else { throw .profileByteCount(limits.profileByteCount) }
    }

    private mutating func countMetadata() throws(ImageLimitExceeded) {
        metadataCount += 1
        guard metadataCount <= limits.segmentCount else { throw .segmentCount(limits.segmentCount) }
    }
}
