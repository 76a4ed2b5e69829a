import Media

/// How variants of one picture are encoded.
struct Encoding: Equatable {
    let format: VariantFormat
    /// 1–100; of no meaning when nothing is lost.
    let quality: Int
    /// Colour at full resolution, which screenshots and coloured text need and photographs do not.
    var hasFullChroma = false
    /// Every pixel comes out as it went in; WebP only.
    var isLossless = false

    static func jpeg(_ quality: Int, hasFullChroma: Bool = false) -> Encoding {
        Encoding(format: .jpg, quality: quality, hasFullChroma: hasFullChroma)
    }

    static func webP(_ quality: Int) -> Encoding { Encoding(format: .webp, quality: quality) }

    static let lossless = Encoding(format: .webp, quality: 75, isLossless: true)

    /// What a picture is made from.
    enum Source {
        /// Has been compressed with losses before, as a photograph.
        case lossy
        case lossless
        /// Without losses and light all the same, as a screenshot or a drawing.
        case flat

        init(_ facts: ImageFacts, byteCount: Int) {
            // A photograph without losses has two or three bytes a pixel, a screenshot a fraction of one.
            self = !facts.isLossless ? .lossy : byteCount * 4 < facts.pixelCount * 3 ? .flat : .lossless
        }
    }

    /// Pixels of the largest picture that is encoded without loss where that is not known to make it light: those of 4:3
    /// in a box of 1920. libwebp takes up to 33 bytes for each, measured on noise.
    private static let losslessPixelCount = 2_800_000

    /// What is tried for one size, one after another, until a file is not heavier than its source.
    ///
    /// WebP only where something shines through or where it must be light: JPEG is faster to make, and lossy WebP has no
    /// colour at full resolution. Flat drawings are lightest without loss unless they are shrunk; a photograph that was
    /// compressed harder than we would gets a lower quality.
    static func attempts(
        for size: VariantSize,
        of source: Source,
        isTransparent: Bool,
        isShrunk: Bool,
        pixelCount: Int
    ) -> [Encoding] {
        let isCheap = pixelCount <= losslessPixelCount || source == .flat && !isShrunk
        let withoutLoss = isCheap ? [lossless] : []
        return switch (source, isTransparent) {
        case (.lossy, false): [.jpeg(80), .jpeg(65), .jpeg(50)] + (size == .thumbnail ? [.lossless] : [])
        case (.lossy, true): [.webP(78), .webP(63), .webP(50)] + (size == .thumbnail ? [.lossless] : [])
        case (_, false): [.jpeg(85, hasFullChroma: true)] + withoutLoss + [.webP(78), .webP(50)]
        case (.flat, true) where !isShrunk: [.lossless, .webP(78), .webP(50)]
        case (_, true): [.webP(78)] + withoutLoss + [.webP(50)]
        }
    }
}
