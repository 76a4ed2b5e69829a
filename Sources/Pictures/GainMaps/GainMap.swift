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

extension GainMapXMP {
    /// Every packet about a gain map contains one of these.
    private static let namespaces: [StaticString] = [
        "http://ns.adobe.com/hdr-gain-map/", "http://ns.apple.com/HDRGainMap/", "http://ns.apple.com/pixeldatainfo/",
        "http://ns.google.com/photos/1.0/container/",
    ]

    /// Nil when the payload does not contain a packet about gain maps.
    fileprivate static func packet(_ source: inout BufferedFileReader, in payload: Range<Int>) -> XMPPacket? {
        XMPPacket(&source, in: payload, mentioning: namespaces)
    }
}

extension XMPPacket {
    /// The start of the payload of a JPEG segment (XMP specification part 3, section 1.1.3).
    static let signature: StaticString = "http://ns.adobe.com/xap/1.0/\0"

    /// Nil when the payload is not a complete packet, or contains none of the namespaces.
    fileprivate init?(
        _ source: inout BufferedFileReader,
        in payload: Range<Int>,
        mentioning namespaces: [StaticString]
    ) {
        guard source.has(Self.signature, at: payload.lowerBound),
            namespaces.contains(where: { source.contains($0, in: payload) }),
            let bytes = source.bytes(at: payload.lowerBound, length: payload.count)
        else { return nil }
        self.init(bytes.dropFirst(Self.signature.utf8CodeUnitCount))
    }
}

/// The directory of the pictures in a JPEG's file (CIPA DC-007, "Multi-Picture Format").
struct MultiPicture: Equatable {
    static let signature: StaticString = "MPF\0"
    /// Most entries that are read.
    private static let countLimit = 8

    struct Entry: Equatable {
        let byteCount: Int
        /// Relative to the TIFF header of the directory; 0 for the first picture.
        let offset: Int
    }

    /// Position of its TIFF header, to which offsets are relative.
    let base: Int
    let entries: [Entry]

    /// Nil when the payload contains no directory.
    init?(_ source: inout BufferedFileReader, in payload: Range<Int>) {
        base = payload.lowerBound + Self.signature.utf8CodeUnitCount
        guard source.has(Self.signature, at: payload.lowerBound),
            let tiff = TIFFReader(&source, at: base, end: payload.upperBound)
        else { return nil }
        var (count, start) = (0, 0)
        tiff.readDirectory(&source, at: tiff.number(&source, 4, 4), entryLimit: 16) { source, entry in
            guard entry.tag == 0xB002, entry.count >= 16 else { return }
            count = min(entry.count / 16, Self.countLimit)
            start = tiff.number(&source, entry.offset, 4) ?? 0
        }
        entries = (0..<count).compactMap { index in
            guard let byteCount = tiff.number(&source, start + index * 16 + 4, 4),
                let offset = tiff.number(&source, start + index * 16 + 8, 4)
            else { return nil }
            return Entry(byteCount: byteCount, offset: offset)
        }
    }

    /// A directory of a picture and its gain map, as a segment's payload: big-endian, in the order of section 5.2.
    static func payload(_ entries: [Entry]) -> [UInt8] {
        let listStart = 8 + 2 + 3 * 12 + 4
        var result = Array("\(signature)MM\0*".utf8)
        func append(_ number: Int) { result += PNGChunks.bytes(UInt32(truncatingIfNeeded: number)) }
        append(8)
        result += [0, 3]
        append(0xB000_0007)
        append(4)
        result += Array("0100".utf8)
        for number in [0xB001_0004, 1, entries.count, 0xB002_0007, entries.count * 16, listStart, 0] { append(number) }
        // The first is the "baseline MP primary image"; the others have no type that the format defines.
        for (index, entry) in entries.enumerated() {
            for number in [index == 0 ? 0x03_0000 : 0, entry.byteCount, entry.offset, 0] { append(number) }
        }
        return result
    }
}
