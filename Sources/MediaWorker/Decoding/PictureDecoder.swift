import CWebP
import Pictures
import Vocabulary

/// Decodes the original of a job, or the undamaged part of it.
struct PictureDecoder {
    private let job: RenderJob
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
    private func checkedHeader(of bytes: [UInt8]) throws -> PictureHeader {
        let header = try PictureHeader(of: bytes)
        guard header.width == job.facts.storedWidth, header.height == job.facts.storedHeight, header.bandCount <= 5,
            max(header.width, header.height) <= job.limits.side
        else { throw RenderError.unexpectedSize }
        return header
    }

    /// Row by row where that is faster or takes less memory than libvips' choice. A WebP is shrunk by its decoder.
    private func shrinking(_ header: PictureHeader, to side: Int) -> Picture.Shrinking {
        switch job.facts.format {
        case .jpeg where [1, 3].contains(header.bandCount):
            .rows(onLoad: ShrinkOnLoad.factor(from: (header.width, header.height), to: side))
        case .jpeg, .webp: .automatic
        case .png, .gif, .heif, .avif: header.hasAlpha ? .rows(onLoad: 1) : .automatic
        }
    }

    /// libpng inflates even an unusable profile, and it may be a bomb.
    private func withoutUselessProfile(_ bytes: [UInt8], _ header: PictureHeader, _ hasProfile: Bool) -> [UInt8] {
        let isUseless = job.facts.format == .png && !hasProfile && header.profile != .none
        return isUseless ? Self.filtered(bytes, keepsProfile: false) : bytes
    }

    private static func filtered(_ bytes: [UInt8], keepsProfile: Bool) -> [UInt8] {
        PNGChunkFilter.keptRanges(of: bytes, keepsProfile: keepsProfile).reduce(into: []) { $0 += bytes[$1] }
    }
}

// MARK: - Damaged pictures

/// Decoding the undamaged part of damaged and truncated pictures.
extension PictureDecoder {
    /// Rows below which a small version of a picture is too coarse for counting missing ones.
    private static var minimumSurveyRowCount: Int { 50 }

    /// Decodes what is possible, and makes the rest grey.
    ///
    /// - Throws: ``VipsFailure`` when fewer than half of the rows are decodable.
    private func decodeParts(side: Int) throws -> Picture {
        switch job.facts.format {
        case .jpeg: try decodeDamagedJPEG(side: side)
        case .png: try decodeDamagedPNG(side: side)
        case .gif: try decodeDamagedGIF(side: side)
        case .webp: try decodeDamagedWebP(side: side)
        case .heif, .avif: throw VipsFailure(description: "it can only be decoded as a whole")
        }
    }

    /// libjpeg continues after damage where it can, and fills missing parts with grey.
    private func decodeDamagedJPEG(side: Int) throws -> Picture {
        let bytes = JPEGRepair.repaired(bytes)
        let header = try checkedHeader(of: bytes)
        let survey = try decodeLeniently(bytes, header, side: VariantSize.thumbnail.rawValue, hasProfile: false)
        if survey.height < Self.minimumSurveyRowCount, let cut = JPEGDamage.cut(of: bytes) {
            try expectHalf(cut.unitCount, of: cut.of)
        } else {
            let missing = try survey.missingRowCount(ofInks: job.facts.componentCount == 4)
            try expectHalf(survey.height - missing, of: survey.height)
        }
        do {
            return try decodeLeniently(bytes, header, side: side, hasProfile: header.profile == .fitting)
        } catch let failure as VipsFailure where failure.isOfProfile {
            return try decodeLeniently(bytes, header, side: side, hasProfile: false)
        }
    }

    private func decodeLeniently(
        _ bytes: [UInt8],
        _ header: PictureHeader,
        side: Int,
        hasProfile: Bool
    ) throws -> Picture {
        try Picture(
            decoding: bytes,
            side: side,
            strictness: .none,
            shrinking: shrinking(header, to: side),
            hasProfile: hasProfile
        )
    }

    /// Only a checksum may be wrong. Otherwise libpng stops at the first row that it cannot decode.
    private func decodeDamagedPNG(side: Int) throws -> Picture {
        let repaired = PNGRepair.repaired(bytes)
        let header = try checkedHeader(of: repaired)
        let hasProfile = header.profile == .fitting
        let readable = withoutUselessProfile(repaired, header, hasProfile)
        let count = try Picture.soundRowCount(of: readable)
        try expectHalf(count, of: header.height)
        if count == header.height {
            return try Picture(
                decoding: readable,
                side: side,
                shrinking: shrinking(header, to: side),
                hasProfile: hasProfile
            )
        }
        return try Picture(topRows: count, of: readable, side: side, hasProfile: hasProfile)
    }

    /// libnsgif fills missing rows with the first colour, and stops at undefined codes.
    private func decodeDamagedGIF(side: Int) throws -> Picture {
        let repair = GIFRepair(bytes)
        let readable = repair.readable ?? bytes
        let header = try checkedHeader(of: readable)
        if let count = repair.firstRowCount, !job.facts.hasAlpha {
            try expectHalf(count, of: header.height)
            return try Picture(topRows: count, of: readable, side: side, hasProfile: false)
        }
        let picture = try Picture(
            decoding: readable,
            side: side,
            strictness: .none,
            shrinking: shrinking(header, to: side)
        )
        if job.facts.hasAlpha {
            try expectHalf(picture.height - picture.clearRowCount(), of: picture.height)
            return picture
        }
        // In an interlaced picture, rows are missing everywhere.
        try expectHalf(picture.coveredPixelCount(), of: picture.width * picture.height)
        return try picture.onGrey()
    }

    /// libvips rejects a truncated or damaged WebP; the incremental decoder of libwebp does not.
    private func decodeDamagedWebP(side: Int) throws -> Picture {
        let padded = WebPRepair.padded(bytes)
        let header = try checkedHeader(of: padded)
        guard !job.facts.isAnimated,
            let rows = WebPRows(of: bytes, size: (header.width, header.height), side: side)
        else { throw VipsFailure(description: "there are no rows") }
        try expectHalf(rows.count, of: rows.height)
        let picture = try Picture(pixels: rows.pixels, width: rows.width, height: rows.height)
        guard header.profile == .fitting else { return picture }
        return try picture.converted(byProfileOf: padded)
    }

    private func expectHalf(_ count: Int, of all: Int) throws(VipsFailure) {
        guard count * 2 >= all else { throw VipsFailure(description: "only \(count) of \(all) can be decoded") }
    }
}

/// The decodable rows of a damaged static WebP, as red, green, blue and alpha.
private struct WebPRows {
    let width: Int
    let height: Int
    /// Missing pixels are middle grey.
    let pixels: [UInt8]
    /// Number of decoded rows from the top.
    let count: Int

    /// Shrunk to fit a square of `side` pixels. Nil when there are none.
    init?(of bytes: [UInt8], size: (width: Int, height: Int), side: Int) {
        let scale = min(1, Double(side) / Double(max(size.width, size.height)))
        width = max(1, Int((Double(size.width) * scale).rounded()))
        height = max(1, Int((Double(size.height) * scale).rounded()))
        var pixels = [UInt8](repeating: 0, count: width * height * 4)
        let count = snug_webp_rows(bytes, bytes.count, Int32(width), Int32(height), &pixels)
        guard count > 0 else { return nil }
        for start in stride(from: width * Int(count) * 4, to: pixels.count, by: 4) {
            for channel in 0..<4 { pixels[start + channel] = channel < 3 ? 128 : 255 }
        }
        self.pixels = pixels
        self.count = Int(count)
    }
}

/// The factor by which a JPEG is shrunk during decoding.
///
/// The blocks of a JPEG can be decoded at a half, a quarter or an eighth of their size for a fraction of the work.
/// libvips leaves a factor of two to its better resampling; this leaves 1.5, with which the result has a structural
/// similarity of at least 0.98 with the slow path, even for sensor noise. A smaller factor does not.
enum ShrinkOnLoad {
    private static let minimumRatio = 1.5
    /// Smallest number of rows or columns: libvips 8.14 rounds down, which matters for small numbers, and ends the
    /// process if there are none.
    private static let minimumSide = 100

    /// 1, 2, 4 or 8.
    static func factor(from size: (width: Int, height: Int), to side: Int) -> Int {
        let ratio = Double(max(size.width, size.height)) / Double(side)
        let most = min(size.width, size.height) / minimumSide
        return [8, 4, 2].first { ratio >= Double($0) * minimumRatio && $0 <= most } ?? 1
    }
}
