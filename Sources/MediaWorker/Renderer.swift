import Media

/// Renders one picture: decodes it once, at the largest size, and makes each smaller size from the one before.
enum Renderer {
    /// Bytes of an original that is read into memory; far above any upload limit that makes sense here.
    static let originalByteLimit = 64 << 20

    /// When this returns, the files of the sizes that are told are complete.
    static func render(_ job: RenderJob, _ jobFiles: borrowing JobFiles) throws(RenderError) -> [RenderedVariant] {
        let original = try read(jobFiles)
        let plan = VariantPlan(longestSide: max(job.facts.storedWidth, job.facts.storedHeight))
        var files: [VariantSize: RenderedVariant] = [:]
        do {
            var picture = try decode(original, job, side: plan.largest)
            let isTransparent = try picture.isTransparent()
            if !isTransparent { picture = try picture.withoutAlpha() }
            let encoding = Encoding(isTransparent: isTransparent, isLosslessSource: job.facts.isLossless)
            let ceiling = job.facts.isLossless ? Int.max : original.count
            for size in plan.rendered {
                if size != plan.largest { picture = try picture.shrunk(to: size.rawValue) }
                files[size] = try write(picture, size, to: jobFiles, as: encoding, ceiling: ceiling)
            }
        } catch let failure as VipsFailure {
            throw .vips(failure)
        } catch let failure as FileFailure {
            throw .storage(failure)
        } catch {
            throw .unexpectedSize
        }
        return plan.answer(files)
    }

    private static func read(_ files: borrowing JobFiles) throws(RenderError) -> [UInt8] {
        do {
            return try files.readOriginal(limit: originalByteLimit)
        } catch {
            throw .storage(error)
        }
    }

    /// Encodes and writes one size. A file that is not to be heavier than `ceiling` bytes is tried at lower qualities.
    private static func write(
        _ picture: borrowing Picture,
        _ size: VariantSize,
        to files: borrowing JobFiles,
        as encoding: Encoding,
        ceiling: Int
    ) throws -> RenderedVariant {
        var encoding = encoding
        var file = try picture.encoded(as: encoding)
        while file.byteCount > ceiling, let lower = encoding.lower {
            encoding = lower
            file = try picture.encoded(as: lower)
        }
        try files.write(file.bytes, as: size)
        return RenderedVariant(
            size: size,
            fileSize: size,
            format: encoding.format,
            width: picture.width,
            height: picture.height,
            byteCount: file.byteCount
        )
    }

    /// Decodes at `side`, or smaller. What the header says now must be what it said when it was checked.
    private static func decode(_ bytes: [UInt8], _ job: RenderJob, side: VariantSize) throws -> Picture {
        let header = try PictureHeader(of: bytes)
        guard header.width == job.facts.storedWidth, header.height == job.facts.storedHeight, header.bandCount <= 4,
            max(header.width, header.height) <= job.limits.side
        else { throw RenderError.unexpectedSize }
        do {
            return try Picture(
                decoding: bytes,
                side: side.rawValue,
                options: "[fail_on=truncated]",
                hasProfile: header.hasProfile
            )
        } catch {
            guard job.facts.format == .jpeg, bytes.suffix(2) != [0xFF, 0xD9] else { throw error }
            // Only its end marker may be missing, which some cameras forget. With one added, a picture that is complete
            // decodes without a warning, and one that was cut off does not.
            return try Picture(
                decoding: bytes + [0xFF, 0xD9],
                side: side.rawValue,
                options: "[fail_on=warning]",
                hasProfile: header.hasProfile
            )
        }
    }
}
