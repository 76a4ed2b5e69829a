/// The second JPEG in an Ultra HDR picture: the additional brightness of each pixel on an HDR display.
struct GainMap: Equatable {
    /// Bytes of the file, from its start to its end marker.
    let range: Range<Int>

    /// Nil when there is no JPEG at `start`, or it is not marked as a gain map.
    init?(_ source: inout BufferedFileReader, at start: Int) {
        guard source.bytes(at: start, length: 3) == [0xFF, 0xD8, 0xFF] else { return nil }
        var segments = JPEGSegments(at: start)
        var (hasFrame, isDescribed, hasScan) = (false, false, false)
        while let segment = segments.next(&source) {
            switch segment.marker {
            case JPEGSegments.endOfImage:
                guard hasScan else { return nil }
                range = start..<segment.payload.upperBound
                return
            case JPEGSegments.startOfScan:
                guard hasFrame, isDescribed else { return nil }
                hasScan = true
            case _ where segment.isFrame:
                hasFrame = hasFrame || JPEGFrame(&source, segment).map { $0.width > 0 && $0.height > 0 } ?? false
            case 0xE1, 0xE2:
                isDescribed = isDescribed || Self.description(&source, segment) != nil
            default: break
            }
        }
        return nil
    }

    /// The part of a segment that describes how a gain map is applied; nil for any other segment.
    static func description(_ source: inout BufferedFileReader, _ segment: JPEGSegments.Segment) -> [UInt8]? {
        switch segment.marker {
        case 0xE1: return GainMapXMP.packet(&source, in: segment.payload).flatMap { GainMapXMP($0) }?.payload
        case 0xE2:
            let length = GainMapParameters.neededLength(&source, in: segment.payload, ofGainMap: true)
            return length.flatMap { source.bytes(at: segment.payload.lowerBound, length: $0) }
        default: return nil
        }
    }
}

/// The segments before the pixels of a picture that announce its gain map: the first of each kind.
struct GainMapAnnouncements {
    enum Kind: CaseIterable {
        case xmp
        case parameters
        case directory
    }

    private(set) var segments: [Kind: JPEGSegments.Segment] = [:]
    private(set) var version = "1.0"
    private var distance: Int?
    private var directory: MultiPicture?

    /// - Returns: whether the segment is one of them.
    mutating func note(_ source: inout BufferedFileReader, _ segment: JPEGSegments.Segment) -> Bool {
        guard let kind = kind(&source, segment) else { return false }
        segments[kind] = segment
        return true
    }

    private mutating func kind(_ source: inout BufferedFileReader, _ segment: JPEGSegments.Segment) -> Kind? {
        switch segment.marker {
        case 0xE1:
            guard segments[.xmp] == nil, let packet = GainMapXMP.packet(&source, in: segment.payload) else {
                return nil
            }
            let description = GainMapXMP(packet)
            distance = GainMapContainer(packet)?.distance
            version = description?.properties.first { $0.name == "Version" }?.values.first ?? version
            return description != nil || distance != nil ? .xmp : nil
        case 0xE2:
            if segments[.directory] == nil, let found = MultiPicture(&source, in: segment.payload) {
                directory = found
                return .directory
            }
            guard segments[.parameters] == nil,
                GainMapParameters.neededLength(&source, in: segment.payload, ofGainMap: false) != nil
            else { return nil }
            return .parameters
        default: return nil
        }
    }

    /// The gain map after a picture that ends at `end`: where a directory says, or directly after it. Nil when there is
    /// none.
    func gainMap(_ source: inout BufferedFileReader, after end: Int) -> GainMap? {
        guard !segments.isEmpty else { return nil }
        let base = directory?.base ?? 0
        var starts = (directory?.entries ?? []).dropFirst().map { base + $0.offset }
        if let distance { starts.append(end + distance) }
        for start in starts + [end] where start >= end {
            if let found = GainMap(&source, at: start) { return found }
        }
        return nil
    }
}

/// Gain map metadata of ISO 21496-1 in an application segment of a JPEG (annex C).
enum GainMapParameters {
    static let signature: StaticString = "urn:iso:std:iso:ts:21496:-1\0"
    /// The minimum version for readers, and the version of the writer.
    private static let versionLength = 4

    /// Required bytes of a payload; nil when it does not contain them.
    static func neededLength(_ source: inout BufferedFileReader, in payload: Range<Int>, ofGainMap: Bool) -> Int? {
        guard source.has(signature, at: payload.lowerBound) else { return nil }
        let start = payload.lowerBound + signature.utf8CodeUnitCount
        var length = signature.utf8CodeUnitCount + versionLength
        if ofGainMap {
            guard let flags = source.byte(at: start + versionLength) else { return nil }
            length += 1 + numbersLength(flags)
        }
        return length <= payload.count && payload.upperBound <= source.count ? length : nil
    }

    /// Numbers of four bytes: two headrooms and five for each channel, each with its own denominator unless they share
    /// one.
    private static func numbersLength(_ flags: UInt8) -> Int {
        let channelCount = flags & 0x80 != 0 ? 3 : 1
        let numberCount = 2 + 5 * channelCount
        return 4 * (flags & 0x08 != 0 ? 1 + numberCount : 2 * numberCount)
    }
}
