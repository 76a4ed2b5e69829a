import Vocabulary

/// How one variant is encoded.
struct VariantEncoding: Equatable {
    let format: VariantFormat
    /// 1–100; unused by lossless encoding.
    let quality: Int
    /// Keeps edges between colours sharp, for screenshots and coloured text: a JPEG keeps colour at full resolution, a
    /// WebP is subsampled with care. Photographs do not need it.
    var hasSharpColour = false
    /// Encodes every pixel exactly; WebP only.
    var isLossless = false

    static func jpeg(_ quality: Int, hasSharpColour: Bool = false) -> VariantEncoding {
        VariantEncoding(format: .jpg, quality: quality, hasSharpColour: hasSharpColour)
    }

    static func webP(_ quality: Int, hasSharpColour: Bool = false) -> VariantEncoding {
        VariantEncoding(format: .webp, quality: quality, hasSharpColour: hasSharpColour)
    }

    static let lossless = VariantEncoding(format: .webp, quality: 75, isLossless: true)
}
