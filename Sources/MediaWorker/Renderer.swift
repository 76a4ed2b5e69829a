import FoundationEssentials
import Kernel
import Pictures
import Vocabulary

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
        VipsFailure.forget()
        do {
            var decoder = PictureDecoder(job, original: try files.readOriginal(limit: Self.originalByteLimit))
            let plan = VariantPlan(longestSide: max(job.facts.storedWidth, job.facts.storedHeight))
            var picture = try decoder.decode(side: plan.largest).upright(from: job.facts.orientation)
            let isTransparent = try picture.isTransparent()
            if !isTransparent { picture = try picture.withoutAlpha() }
            let content = try picture.content(of: job.facts)
            var made: [VariantSize: RenderedVariant] = [:]
            for size in plan.rendered {
                if size != plan.largest { picture = try picture.shrunk(to: size.rawValue) }
                let ladder = EncodingLadder(
                    for: content,
                    isTransparent: isTransparent,
                    isShrunk: max(picture.width, picture.height) < max(job.facts.width, job.facts.height),
                    pixelCount: picture.width * picture.height,
                    sourceByteCount: files.originalByteCount
                )
                made[size] = try write(picture, size, ladder)
            }
            let placeholder = try placeholder(of: picture)
            return RenderedPicture(
                variants: plan.answer(made),
                placeholder: Data(placeholder.bytes),
                animation: try animate(decoder.bytes),
                isDamaged: decoder.isDamaged
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

    /// Encodes and writes one size by the first encoding that is light enough, or else by the lightest.
    private func write(
        _ picture: borrowing Picture,
        _ size: VariantSize,
        _ ladder: EncodingLadder
    ) throws -> RenderedVariant {
        var lightest = try picture.encoded(as: ladder.encodings[0])
        for encoding in ladder.encodings.dropFirst() where lightest.byteCount > ladder.byteGoal {
            let file = try picture.encoded(as: encoding)
            if file.byteCount < lightest.byteCount { lightest = file }
        }
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
}
