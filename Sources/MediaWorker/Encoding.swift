import Media

/// How variants of one picture are encoded.
struct Encoding: Equatable {
    let format: VariantFormat
    /// 1–100; of no meaning when nothing is lost.
    let quality: Int
    /// Colour at full resolution, which screenshots and coloured text need and photographs do not.
    let hasFullChroma: Bool
    /// Every pixel comes out as it went in; WebP only.
    let isLossless: Bool

    /// WebP only where something shines through: JPEG is smaller to make and understood by everything.
    init(isTransparent: Bool, isLosslessSource: Bool) {
        self.init(
            format: isTransparent ? .webp : .jpg,
            quality: isTransparent ? 78 : isLosslessSource ? 85 : 80,
            hasFullChroma: isLosslessSource && !isTransparent
        )
    }

    private init(format: VariantFormat, quality: Int, hasFullChroma: Bool, isLossless: Bool = false) {
        self.format = format
        self.quality = quality
        self.hasFullChroma = hasFullChroma
        self.isLossless = isLossless
    }

    private static let lossless = Encoding(format: .webp, quality: 75, hasFullChroma: false, isLossless: true)

    /// What is tried one after another until a file is not heavier than its source.
    ///
    /// Flat drawings are lightest without loss; a photograph that was compressed harder than we would gets a lower
    /// quality.
    func attempts(isLosslessSource: Bool) -> [Encoding] {
        let lower = stride(from: quality, through: 50, by: -15).map {
            Encoding(format: format, quality: $0, hasFullChroma: hasFullChroma)
        }
        return isLosslessSource ? [self, .lossless] + lower.dropFirst() : lower
    }
}
