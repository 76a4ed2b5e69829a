import Media

/// How variants of one picture are encoded.
struct Encoding: Equatable {
    let format: VariantFormat
    /// 1–100.
    let quality: Int
    /// Colour at full resolution, which screenshots and coloured text need and photographs do not.
    let hasFullChroma: Bool

    /// WebP only where something shines through: JPEG is smaller to make and understood by everything.
    init(isTransparent: Bool, isLosslessSource: Bool) {
        format = isTransparent ? .webp : .jpg
        hasFullChroma = isLosslessSource && !isTransparent
        quality = isTransparent ? 78 : isLosslessSource ? 85 : 80
    }

    private init(format: VariantFormat, quality: Int, hasFullChroma: Bool) {
        self.format = format
        self.quality = quality
        self.hasFullChroma = hasFullChroma
    }

    /// The same at a lower quality, for a source that was compressed harder than we would; nil at the lowest.
    var lower: Encoding? {
        let lower = quality - 15
        return lower < 50 ? nil : Encoding(format: format, quality: lower, hasFullChroma: hasFullChroma)
    }
}
