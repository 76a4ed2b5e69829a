import Vocabulary

/// How one variant is encoded.
struct Encoding: Equatable {
    let format: VariantFormat
    /// 1–100; of no meaning when nothing is lost.
    let quality: Int
    /// Edges between colours stay sharp, which screenshots and coloured text need and photographs do not: a JPEG keeps
    /// colour at full resolution, a WebP is subsampled with care.
    var hasSharpColour = false
    /// Every pixel comes out as it went in; WebP only.
    var isLossless = false

    static func jpeg(_ quality: Int, hasSharpColour: Bool = false) -> Encoding {
        Encoding(format: .jpg, quality: quality, hasSharpColour: hasSharpColour)
    }

    static func webP(_ quality: Int, hasSharpColour: Bool = false) -> Encoding {
        Encoding(format: .webp, quality: quality, hasSharpColour: hasSharpColour)
    }

    static let lossless = Encoding(format: .webp, quality: 75, isLossless: true)
}
