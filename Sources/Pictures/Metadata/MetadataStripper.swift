/// Finds the metadata in a picture's file, and how to do without it.
///
/// Nothing is lost: compressed pixels stay bit for bit what they are, and so do what turns the picture upright, its
/// colour profile and its animation. A file whose walk ends early, because it is cut off or malformed, loses what was
/// recognised up to there, and decodes to what it did before.
package enum MetadataStripper {
    /// Blocking where the source is a file, whose reading is to be checked afterwards.
    /// - Parameter orientation: what ``ImageFacts`` say of it; found out here when nil, which takes a walk of its own.
    /// - Returns: nil when there is nothing to remove.
    /// - Throws: ``InspectionFailure`` for a file of more pieces of metadata than any real one has.
    package static func plan(
        for kind: FileKind,
        orientation: Int? = nil,
        _ source: inout BufferedFileReader
    ) throws(InspectionFailure) -> StripPlan? {
        do {
            return try StripPlan(edits(for: kind, orientation, &source), byteCount: source.count)
        } catch {
            throw .pixelLimit(error)
        }
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
    /// For looking at a file that has been admitted, or that is not for a decoder.
    fileprivate static let unlimited: ImageLimits = {
        var limits = ImageLimits()
        for limit in [\ImageLimits.pixelCount, \.side, \.scanCount, \.segmentCount, \.profileByteCount] {
            limits[keyPath: limit] = .max
        }
        return limits
    }()
}

extension BufferedFileReader {
    /// Whether `range` holds exactly these bytes, of which there are fewer than a window holds.
    mutating func has(_ bytes: [UInt8], in range: Range<Int>) -> Bool {
        range.count == bytes.count && self.bytes(at: range.lowerBound, length: bytes.count) == bytes
    }

    /// What an EXIF block holds, apart from how to turn the picture.
    mutating func metadata(ofEXIF range: Range<Int>) -> Set<RemovedMetadata> {
        let block = EXIFBlock(&self, at: range.lowerBound, end: range.upperBound)
        var found: Set<RemovedMetadata> = [.exif]
        if block.hasPosition { found.insert(.gps) }
        if block.hasMakerNote { found.insert(.makerNote) }
        if block.hasThumbnail { found.insert(.thumbnail) }
        return found
    }

    /// What an XMP packet holds: the position's names are those of EXIF (XMP specification part 2, section 2.8).
    mutating func metadata(ofXMP range: Range<Int>) -> Set<RemovedMetadata> {
        contains("GPSL", in: range) || contains("GPSCoordinates", in: range) ? [.xmp, .gps] : [.xmp]
    }
}
