import Pictures
import Vocabulary

/// Decodes the original of a job: as it should be, or what there is of it.
struct PictureDecoder {
    let job: RenderJob
    /// What a decoder shall see of the original.
    let bytes: [UInt8]
    /// Pixels are missing or wrong, or may be.
    private(set) var isDamaged: Bool

    /// - Parameter original: the whole file.
    init(_ job: RenderJob, original: [UInt8]) {
        self.job = job
        isDamaged = job.facts.isIncomplete
        switch job.facts.format {
        case .png:
            let shown = Self.onDiet(original, keepsProfile: true)
            // Before they are replaced by the profile that says the same.
            if PNGRepair.hasDamagedExtras(shown) { isDamaged = true }
            bytes = PNGColour.profiled(shown)
        case .gif where job.facts.hasAlpha: bytes = GIFTransparencyFix.cleared(original) ?? original
        case .webp:
            if WebPRepair.lacksEXIF(original) { isDamaged = true }
            bytes = WebPRepair.shortened(original) ?? original
        case .jpeg, .gif, .heif, .avif: bytes = original
        }
    }

    /// Decodes at `side`, or smaller.
    ///
    /// - Throws: ``RenderError/truncated`` or ``RenderError/damaged(_:)`` when less than half of the rows are there.
    mutating func decode(side: VariantSize) throws -> Picture {
        do {
            guard !job.facts.isTruncated else { throw VipsFailure(description: "the first frame is cut off") }
            let picture = try decodeWhole(side: side.rawValue)
            try checkPixels()
            return picture
        } catch let failure as VipsFailure where failure.code == .undecodable {
            isDamaged = true
            do {
                return try decodeParts(side: side.rawValue)
            } catch is VipsFailure {
                throw FileEnd.isMissing(from: bytes, of: job.facts.format) ? RenderError.truncated : .damaged(failure)
            }
        }
    }

    /// Looks for damage that decoders do not notice.
    ///
    /// - Throws: ``VipsFailure`` where some rows are missing and the decoder has filled them with something.
    private mutating func checkPixels() throws(VipsFailure) {
        switch job.facts.format {
        case .jpeg: if JPEGDamage.isFound(in: bytes) { isDamaged = true }
        case .gif:
            let repair = GIFRepair(bytes)
            if repair.isDamaged { isDamaged = true }
            if repair.firstRowCount != nil, !job.facts.hasAlpha { throw VipsFailure(description: "pixels are missing") }
        case .png, .webp, .heif, .avif: break
        }
    }

    /// - Throws: ``VipsFailure`` for any damage that the decoder sees.
    private mutating func decodeWhole(side: Int) throws -> Picture {
        let header = try checkedHeader(of: bytes)
        do {
            return try decodeWhole(header, side: side, hasProfile: header.profile == .fitting)
        } catch let failure as VipsFailure where failure.isOfProfile {
            return try decodeWhole(header, side: side, hasProfile: false)
        }
    }

    private mutating func decodeWhole(_ header: PictureHeader, side: Int, hasProfile: Bool) throws -> Picture {
        guard job.facts.format == .jpeg else {
            return try Picture(
                decoding: withoutUselessProfile(bytes, header, hasProfile),
                side: side,
                shrinking: shrinking(header, to: side),
                hasProfile: hasProfile
            )
        }
        do {
            return try Picture(
                decoding: bytes,
                side: side,
                strictness: header.hasExtraneousBytes ? .end : .truncated,
                shrinking: shrinking(header, to: side),
                hasProfile: hasProfile
            )
        } catch {
            // Only its end marker may be missing, which some cameras forget. With one added, a picture that is complete
            // decodes without a warning, and one that was cut off does not; but of several scans some may be missing.
            guard job.facts.decoderMemoryModel == .rows, bytes.suffix(2) != [0xFF, 0xD9] else { throw error }
            let warningCount = VipsWarnings.count
            let picture = try Picture(
                decoding: bytes + [0xFF, 0xD9],
                side: side,
                strictness: .warning,
                shrinking: shrinking(header, to: side),
                hasProfile: hasProfile
            )
            guard VipsWarnings.count == warningCount else { throw error }
            return picture
        }
    }

    /// What the header says now must be what it said when it was checked.
    func checkedHeader(of bytes: [UInt8]) throws -> PictureHeader {
        let header = try PictureHeader(of: bytes)
        guard header.width == job.facts.storedWidth, header.height == job.facts.storedHeight, header.bandCount <= 5,
            max(header.width, header.height) <= job.limits.side
        else { throw RenderError.unexpectedSize }
        return header
    }

    /// Row by row where that is faster or takes less memory than what libvips does. A WebP is shrunk by its own decoder.
    func shrinking(_ header: PictureHeader, to side: Int) -> Picture.Shrinking {
        switch job.facts.format {
        case .jpeg where [1, 3].contains(header.bandCount):
            .rows(onLoad: ShrinkOnLoad.factor(from: (header.width, header.height), to: side))
        case .jpeg, .webp: .automatic
        case .png, .gif, .heif, .avif: header.hasAlpha ? .rows(onLoad: 1) : .automatic
        }
    }

    /// libpng unpacks a profile whether it is of use or not, and it may be a bomb.
    func withoutUselessProfile(_ bytes: [UInt8], _ header: PictureHeader, _ hasProfile: Bool) -> [UInt8] {
        let isInTheWay = job.facts.format == .png && !hasProfile && header.profile != .none
        return isInTheWay ? Self.onDiet(bytes, keepsProfile: false) : bytes
    }

    private static func onDiet(_ bytes: [UInt8], keepsProfile: Bool) -> [UInt8] {
        PNGChunkFilter.keptRanges(of: bytes, keepsProfile: keepsProfile).reduce(into: []) { $0 += bytes[$1] }
    }
}
