import Pictures
import Vocabulary

/// Decoding the undamaged part of damaged and truncated pictures.
extension PictureDecoder {
    /// Rows below which a small version of a picture is too coarse for counting missing ones.
    private static var minimumSurveyRowCount: Int { 50 }

    /// Decodes what is possible, and makes the rest grey.
    ///
    /// - Throws: ``VipsFailure`` when fewer than half of the rows are decodable.
    func decodeParts(side: Int) throws -> Picture {
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
