/// Plans how to remove the metadata from the file of a picture.
///
/// Compressed pixels, orientation, colour profile and animation remain bit for bit the same. From a truncated or
/// malformed file the metadata before the defect is removed, and it decodes to the same picture as before.
package enum MetadataStripper {
    /// Blocking if the source is a file; its ``BufferedFileReader/checkReading()`` is to be called afterwards.
    /// - Parameter orientation: the ``ImageFacts/orientation``; read from the file when nil, which costs another pass.
    /// - Returns: nil when there is nothing to remove.
    /// - Throws: ``ImageLimitExceeded`` for a file with more pieces of metadata than any real one.
    package static func plan(
        for kind: FileKind,
        orientation: Int? = nil,
        _ source: inout BufferedFileReader
    ) throws(ImageLimitExceeded) -> StripPlan? {
        try StripPlan(edits(for: kind, orientation, &source), byteCount: source.count)
    }

    private static func edits(for kind: FileKind, _ known: Int?, _ source: inout BufferedFileReader) -> StripEdits {
        func orientation() -> Int {
            known ?? (try? ImageFacts(of: kind, in: &source, limits: .unlimited))?.orientation ?? 1
        }
        switch kind {
        case .jpeg:
            var stripper = JPEGMetadataStripper(byteCount: source.count, orientation: orientation())
            return stripper.read(&source)
        case .png:
            var stripper = PNGMetadataStripper(byteCount: source.count, orientation: orientation())
            return stripper.read(&source)
        case .gif:
            return GIFMetadataStripper.edits(&source)
        case .webp:
            let orientation = orientation()
            var stripper = WebPMetadataStripper(&source, orientation: orientation)
            return stripper.read(&source)
        case .heif, .avif:
            var stripper = HEIFMetadataStripper(byteCount: source.count)
            return stripper.read(&source)
        }
    }
}

extension ImageLimits {
    /// For files that have been checked already, or that no decoder will read.
    fileprivate static let unlimited: ImageLimits = {
        var limits = ImageLimits()
        for limit in [\ImageLimits.pixelCount, \.side, \.scanCount, \.segmentCount, \.profileByteCount] {
            limits[keyPath: limit] = .max
        }
        return limits
    }()
}

extension BufferedFileReader {
    /// Whether `range` contains exactly these bytes, which must be fewer than a window holds.
    mutating func has(_ bytes: [UInt8], in range: Range<Int>) -> Bool {
        range.count == bytes.count && self.bytes(at: range.lowerBound, length: bytes.count) == bytes
    }

    /// The kinds of metadata in an EXIF block, apart from the orientation.
    mutating func metadata(ofEXIF range: Range<Int>) -> Set<RemovedMetadata> {
        let block = EXIFBlock(&self, at: range.lowerBound, end: range.upperBound)
        var found: Set<RemovedMetadata> = [.exif]
        if block.hasPosition { found.insert(.gps) }
        if block.hasMakerNote { found.insert(.makerNote) }
        if block.hasThumbnail { found.insert(.thumbnail) }
        return found
    }

    /// The kinds of metadata in an XMP packet: positions have the names of EXIF (XMP specification part 2, section
    /// 2.8).
    mutating func metadata(ofXMP range: Range<Int>) -> Set<RemovedMetadata> {
        contains("GPSL", in: range) || contains("GPSCoordinates", in: range) ? [.xmp, .gps] : [.xmp]
    }
}

/// The kinds of metadata that are stripped from originals; stable names for clients.
package enum RemovedMetadata: String, Codable, Sendable, CaseIterable, Comparable {
    /// Comments of the file format.
    case comment
    /// Camera model and serial number, settings, and times.
    case exif
    /// The position where the picture was taken, in EXIF or XMP.
    case gps
    /// Captions, names and places in the blocks of Photoshop.
    case iptc
    /// Notes of the camera's maker in EXIF.
    case makerNote = "maker_note"
    /// Other data that decoders ignore.
    case other
    /// Text chunks with title, author and so on.
    case text
    /// A small copy, which may show parts that were cropped later.
    case thumbnail
    /// The time of the last change.
    case time
    /// Bytes after the end of the picture, such as a video of a phone or an archive.
    case trailer
    case xmp

    package static func < (one: RemovedMetadata, other: RemovedMetadata) -> Bool { one.rawValue < other.rawValue }
}
