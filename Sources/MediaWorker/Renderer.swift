import FoundationEssentials
import Media

/// Renders one picture: decodes it once, at the largest size, and makes each smaller size from the one before.
struct Renderer: ~Copyable {
    /// Bytes of an original that is read into memory; far above any upload limit that makes sense here.
    static let originalByteLimit = 64 << 20

    private let job: RenderJob
    private let files: JobFiles

    init(_ job: RenderJob, _ files: consuming JobFiles) {
        self.job = job
        self.files = files
    }

    /// When this returns, the files of the sizes that are told are complete.
    func render() throws(RenderError) -> RenderedPicture {
        guard !job.facts.isTruncated else { throw .truncated }
        VipsFailure.forget()
        do {
            let original = try readOriginal()
            let plan = VariantPlan(longestSide: max(job.facts.storedWidth, job.facts.storedHeight))
            var picture = try decode(original, side: plan.largest).upright(from: job.facts.orientation)
            let isTransparent = try picture.isTransparent()
            if !isTransparent { picture = try picture.withoutAlpha() }
            let source = Encoding.Source(job.facts, byteCount: files.originalByteCount)
            var made: [VariantSize: RenderedVariant] = [:]
            for size in plan.rendered {
                if size != plan.largest { picture = try picture.shrunk(to: size.rawValue) }
                let attempts = Encoding.attempts(
                    for: size,
                    of: source,
                    isTransparent: isTransparent,
                    isShrunk: picture.width < job.facts.width,
                    pixelCount: picture.width * picture.height
                )
                made[size] = try write(picture, size, attempts, ceiling: files.originalByteCount)
            }
            let placeholder = try placeholder(of: picture)
            return RenderedPicture(
                variants: plan.answer(made),
                placeholder: Data(placeholder.bytes),
                animation: try animate(original)
            )
        } catch let failure as VipsFailure {
            throw .vips(failure)
        } catch let failure as FileFailure {
            throw .storage(failure)
        } catch let error as RenderError {
            throw error
        } catch {
            throw .vips(VipsFailure(description: "\(error)"))
        }
    }

    /// What a decoder shall see of the original.
    private func readOriginal() throws(FileFailure) -> [UInt8] {
        let bytes = try files.readOriginal(limit: Self.originalByteLimit)
        return switch job.facts.format {
        case .png: PNGColour.profiled(Self.onDiet(bytes, keepsProfile: true))
        case .gif where job.facts.hasAlpha: GIFBackdrop.cleared(bytes) ?? bytes
        default: bytes
        }
    }

    private static func onDiet(_ bytes: [UInt8], keepsProfile: Bool) -> [UInt8] {
        PNGDiet.keptRanges(of: bytes, keepsProfile: keepsProfile).reduce(into: []) { $0 += bytes[$1] }
    }

    /// Makes the moving form of a picture that moves. Nil where it would be too much work or too heavy, or cannot be
    /// made: the stills are there.
    private func animate(_ original: [UInt8]) throws(FileFailure) -> RenderedAnimation? {
        guard AnimationBudget.allows(job.facts) else { return nil }
        let made: Animation?
        do {
            made = try lightAnimation(of: original)
        } catch {
            complain("\(job.id) does not move: \(error)")
            return nil
        }
        guard let animation = made else { return nil }
        try files.write(animation.file.bytes, as: .animated)
        return RenderedAnimation(
            width: animation.width,
            height: animation.height,
            byteCount: animation.file.byteCount
        )
    }

    /// The first attempt that is light enough.
    private func lightAnimation(of original: [UInt8]) throws -> Animation? {
        let limit = AnimationBudget.byteLimit(sourceByteCount: files.originalByteCount)
        let strip = job.facts.format == .png ? try filmStrip() : nil
        for quality in Animation.Quality.attempts {
            let animation =
                if let strip {
                    try Animation(of: strip, profileOf: original, quality)
                } else {
                    try Animation(
                        of: original,
                        frameCount: job.facts.frameCount,
                        side: AnimationBudget.side,
                        quality
                    )
                }
            if animation.file.byteCount <= limit { return animation }
        }
        return nil
    }

    private func filmStrip() throws -> FilmStrip {
        // All of it: what a decoder is shown has none of the frames behind the first.
        guard let film = APNGFrames(try files.readOriginal(limit: Self.originalByteLimit)) else {
            throw VipsFailure(description: "frames are missing")
        }
        return try FilmStrip(of: film, side: AnimationBudget.side)
    }

    /// Encodes and writes one size by the first attempt that is not heavier than `ceiling` bytes. Nil when none is; the
    /// smallest size is made all the same, as light as it gets.
    private func write(
        _ picture: borrowing Picture,
        _ size: VariantSize,
        _ attempts: [Encoding],
        ceiling: Int
    ) throws -> RenderedVariant? {
        var lightest = try picture.encoded(as: attempts[0])
        for attempt in attempts.dropFirst() where lightest.byteCount > ceiling {
            let file = try picture.encoded(as: attempt)
            if file.byteCount < lightest.byteCount { lightest = file }
        }
        guard lightest.byteCount <= ceiling || size == .thumbnail else { return nil }
        try files.write(lightest.bytes, as: .size(size))
        return RenderedVariant(
            size: size,
            fileSize: size,
            format: lightest.format,
            width: picture.width,
            height: picture.height,
            byteCount: lightest.byteCount
        )
    }

    private func placeholder(of picture: borrowing Picture) throws -> ThumbHash {
        let small = try picture.shrunk(to: ThumbHash.sideLimit)
        return ThumbHash(pixels: try small.pixels(), width: small.width, height: small.height)
    }

    /// Decodes at `side`, or smaller. What the header says now must be what it said when it was checked.
    private func decode(_ bytes: [UInt8], side: VariantSize) throws -> Picture {
        let header = try PictureHeader(of: bytes)
        guard header.width == job.facts.storedWidth, header.height == job.facts.storedHeight, header.bandCount <= 5,
            max(header.width, header.height) <= job.limits.side
        else { throw RenderError.unexpectedSize }
        do {
            return try decode(bytes, header, side: side.rawValue, hasProfile: header.profile == .fitting)
        } catch let failure as VipsFailure where failure.isOfProfile {
            return try decode(bytes, header, side: side.rawValue, hasProfile: false)
        }
    }

    private func decode(_ bytes: [UInt8], _ header: PictureHeader, side: Int, hasProfile: Bool) throws -> Picture {
        let shrinking = shrinking(header, to: side)
        let isProfileInTheWay = job.facts.format == .png && !hasProfile && header.profile != .none
        let bytes = isProfileInTheWay ? Self.onDiet(bytes, keepsProfile: false) : bytes
        do {
            return try Picture(decoding: bytes, side: side, shrinking: shrinking, hasProfile: hasProfile)
        } catch {
            // Only its end marker may be missing, which some cameras forget. With one added, a picture that is complete
            // decodes without a warning, and one that was cut off does not; but of several scans some may be missing.
            guard job.facts.format == .jpeg, job.facts.decoderLoad == .rows, bytes.suffix(2) != [0xFF, 0xD9] else {
                throw error
            }
            let warningCount = VipsWarnings.count
            let picture = try Picture(
                decoding: bytes + [0xFF, 0xD9],
                side: side,
                strictness: .warning,
                shrinking: shrinking,
                hasProfile: hasProfile
            )
            guard VipsWarnings.count == warningCount else { throw error }
            return picture
        }
    }

    /// Row by row where that is faster or takes less memory than what libvips does. A WebP is shrunk by its own decoder.
    private func shrinking(_ header: PictureHeader, to side: Int) -> Picture.Shrinking {
        switch job.facts.format {
        case .jpeg where [1, 3].contains(header.bandCount):
            .rows(onLoad: ShrinkOnLoad.factor(from: (header.width, header.height), to: side))
        case .jpeg, .webp: .automatic
        case .png, .gif, .heif, .avif: header.hasAlpha ? .rows(onLoad: 1) : .automatic
        }
    }
}
