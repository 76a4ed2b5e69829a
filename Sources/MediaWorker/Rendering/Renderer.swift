import FoundationEssentials
import Kernel
import Pictures
import Vocabulary

/// Renders one picture: decodes it once, at the largest size, and makes each smaller size from the one before.
struct Renderer: ~Copyable {
    /// Bytes of an original that are read into memory; far above any sensible upload limit.
    static let originalByteLimit = 64 << 20

    private let job: RenderJob
    private let files: JobFiles

    init(_ job: RenderJob, _ files: consuming JobFiles) {
        self.job = job
        self.files = files
    }

    /// When this returns, the files of all sizes in the result are complete.
    func render() throws(RenderError) -> RenderedPicture {
        VipsFailure.clear()
        do {
            return try renderPicture()
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

    private func renderPicture() throws -> RenderedPicture {
        var decoder = PictureDecoder(job, original: try files.readOriginal(limit: Self.originalByteLimit))
        let plan = VariantPlan(longestSide: max(job.facts.storedWidth, job.facts.storedHeight))
        var picture = try decoder.decode(side: plan.largest).upright(from: job.facts.orientation)
        let isTransparent = try picture.isTransparent()
        if !isTransparent { picture = try picture.withoutAlpha() }
        let content = try picture.content(of: job.facts)
        var variants: [VariantSize: RenderedVariant] = [:]
        for size in plan.rendered {
            if size != plan.largest { picture = try picture.shrunk(to: size.rawValue) }
            let ladder = EncodingLadder(
                for: content,
                isTransparent: isTransparent,
                isShrunk: max(picture.width, picture.height) < max(job.facts.width, job.facts.height),
                pixelCount: picture.width * picture.height,
                sourceByteCount: files.originalByteCount
            )
            variants[size] = try write(picture, size, ladder)
        }
        let placeholder = try placeholder(of: picture)
        return RenderedPicture(
            variants: plan.complete(variants),
            placeholder: Data(placeholder.bytes),
            animation: try animate(decoder.bytes),
            isDamaged: decoder.isDamaged
        )
    }

    /// Renders an animated picture as an animation. Nil when that is beyond the budget or fails: the static variants
    /// exist already.
    private func animate(_ original: [UInt8]) throws(FileFailure) -> RenderedAnimation? {
        guard AnimationBudget.permits(job.facts) else { return nil }
        let encoded: EncodedAnimation?
        do {
            encoded = try animationWithinLimit(of: original)
        } catch {
            log("\(job.id) is not animated: \(error)")
            return nil
        }
        guard let animation = encoded else { return nil }
        try files.write(animation.file.bytes, as: .animated)
        return RenderedAnimation(
            width: animation.width,
            height: animation.height,
            byteCount: animation.file.byteCount
        )
    }

    /// The first attempt that is small enough; nil when none is.
    private func animationWithinLimit(of original: [UInt8]) throws -> EncodedAnimation? {
        let limit = AnimationBudget.byteLimit(sourceByteCount: files.originalByteCount)
        let stack = job.facts.format == .png ? try frameStack() : nil
        for quality in EncodedAnimation.Quality.attempts {
            let animation =
                if let stack {
                    try EncodedAnimation(of: stack, profileOf: original, quality)
                } else {
                    try EncodedAnimation(
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

    private func frameStack() throws -> FrameStack {
        // From the whole file: the filtered one has only the first frame.
        guard let animation = APNGFrames(try files.readOriginal(limit: Self.originalByteLimit)) else {
            throw VipsFailure(description: "frames are missing")
        }
        return try FrameStack(of: animation, side: AnimationBudget.side)
    }

    /// Encodes one size, and writes the first file that is small enough, or else the smallest.
    private func write(
        _ picture: borrowing Picture,
        _ size: VariantSize,
        _ ladder: EncodingLadder
    ) throws -> RenderedVariant {
        var smallest = try picture.encoded(as: ladder.encodings[0])
        for encoding in ladder.encodings.dropFirst() where smallest.byteCount > ladder.byteGoal {
            let file = try picture.encoded(as: encoding)
            if file.byteCount < smallest.byteCount { smallest = file }
        }
        try files.write(smallest.bytes, as: .size(size))
        return RenderedVariant(
            size: size,
            fileSize: size,
            format: smallest.format,
            width: picture.width,
            height: picture.height,
            byteCount: smallest.byteCount
        )
    }

    private func placeholder(of picture: borrowing Picture) throws -> ThumbHash {
        let small = try picture.shrunk(to: ThumbHash.sideLimit)
        return ThumbHash(pixels: try small.pixels(), width: small.width, height: small.height)
    }
}
