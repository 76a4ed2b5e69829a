import Pictures
import Vocabulary

/// Decoding what there is of a picture that is damaged or cut off.
extension PictureDecoder {
    /// Rows below which a small form of a picture is too coarse to count them in.
    private static var surveyedRowCount: Int { 50 }

    /// Shown is what decodes; what does not is grey.
    ///
    /// - Throws: ``VipsFailure`` when less than half of the rows are there.
    func decodeParts(side: Int) throws -> Picture {
        switch job.facts.format {
        case .jpeg: try decodeDamagedJPEG(side: side)
        case .png: try decodeDamagedPNG(side: side)
        case .gif: try decodeDamagedGIF(side: side)
        case .webp: try decodeDamagedWebP(side: side)
        case .heif, .avif: throw VipsFailure(description: "it is coded as a whole")
        }
    }

    /// libjpeg goes on behind damage where it can, and fills with grey what is missing.
    private func decodeDamagedJPEG(side: Int) throws -> Picture {
        let bytes = JPEGRepair.repaired(bytes)
        let header = try checkedHeader(of: bytes)
        let survey = try decodeLeniently(bytes, header, side: VariantSize.thumbnail.rawValue, hasProfile: false)
        if survey.height < Self.surveyedRowCount, let cut = JPEGDamage.cut(of: bytes) {
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

    /// A wrong checksum may be all that is wrong. Otherwise libpng stops at the first row that it cannot decode.
    private func decodeDamagedPNG(side: Int) throws -> Picture {
        let mended = PNGRepair.mended(bytes)
        let header = try checkedHeader(of: mended)
        let hasProfile = header.profile == .fitting
        let readable = withoutUselessProfile(mended, header, hasProfile)
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

    /// libnsgif fills missing rows with the first colour, and gives up at a code that stands for nothing.
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
        // Of an interlaced one rows are missing everywhere.
        try expectHalf(picture.coveredPixelCount(), of: picture.width * picture.height)
        return try picture.onGrey()
    }

    /// libvips refuses a WebP that is cut off or damaged; libwebp's decoder for files that are still arriving does not.
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
        guard count * 2 >= all else { throw VipsFailure(description: "\(count) of \(all) are there") }
    }
}
