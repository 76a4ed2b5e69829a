import Pictures
import Vocabulary

/// Decodes the original of a job, or the undamaged part of it.
struct PictureDecoder {
    let job: RenderJob
    /// The original as it is given to the decoder.
    let bytes: [UInt8]
    /// Pixels are or may be missing or wrong.
    private(set) var isDamaged: Bool

    /// - Parameter original: the whole file.
    init(_ job: RenderJob, original: [UInt8]) {
        self.job = job
        isDamaged = job.facts.isIncomplete
        switch job.facts.format {
        case .png:
            let filtered = Self.filtered(original, keepsProfile: true)
            // Checked before the colour chunks are replaced by a profile.
            if PNGRepair.hasDamagedExtras(filtered) { isDamaged = true }
            bytes = PNGColour.profiled(filtered)
        case .gif where job.facts.hasAlpha: bytes = GIFTransparencyFix.apply(to: original) ?? original
        case .webp:
            if WebPRepair.lacksEXIF(original) { isDamaged = true }
            bytes = WebPRepair.shortened(original) ?? original
        case .jpeg, .gif, .heif, .avif: bytes = original
        }
    }

    /// Decodes at `side`, or smaller.
    ///
    /// - Throws: ``RenderError/truncated`` or ``RenderError/damaged(_:)`` when fewer than half of the rows are
    ///   decodable.
    mutating func decode(side: VariantSize) throws -> Picture {
        do {
            guard !job.facts.isTruncated else { throw VipsFailure(description: "the first frame is truncated") }
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

    /// Checks for damage that decoders do not report.
    ///
    /// - Throws: ``VipsFailure`` when rows are missing that the decoder has filled.
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

    /// - Throws: ``VipsFailure`` for any damage that the decoder detects.
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
            // Some cameras omit the end marker. With an added one, a complete picture decodes without a warning and a
            // truncated one does not, unless it has several scans, of which some may be missing.
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

    /// Reads the header again and compares it with the checked one.
    func checkedHeader(of bytes: [UInt8]) throws -> PictureHeader {
        let header = try PictureHeader(of: bytes)
        guard header.width == job.facts.storedWidth, header.height == job.facts.storedHeight, header.bandCount <= 5,
            max(header.width, header.height) <= job.limits.side
        else { throw RenderError.unexpectedSize }
        return header
    }

    /// Row by row where that is faster or takes less memory than libvips' choice. A WebP is shrunk by its decoder.
    func shrinking(_ header: PictureHeader, to side: Int) -> Picture.Shrinking {
        switch job.facts.format {
        case .jpeg where [1, 3].contains(header.bandCount):
            .rows(onLoad: ShrinkOnLoad.factor(from: (header.width, header.height), to: side))
        case .jpeg, .webp: .automatic
        case .png, .gif, .heif, .avif: header.hasAlpha ? .rows(onLoad: 1) : .automatic
        }
    }

    /// libpng inflates even an unusable profile, and it may be a bomb.
    func withoutUselessProfile(_ bytes: [UInt8], _ header: PictureHeader, _ hasProfile: Bool) -> [UInt8] {
        let isUseless = job.facts.format == .png && !hasProfile && header.profile != .none
        return isUseless ? Self.filtered(bytes, keepsProfile: false) : bytes
    }

    private static func filtered(_ bytes: [UInt8], keepsProfile: Bool) -> [UInt8] {
        PNGChunkFilter.keptRanges(of: bytes, keepsProfile: keepsProfile).reduce(into: []) { $0 += bytes[$1] }
    }
}
