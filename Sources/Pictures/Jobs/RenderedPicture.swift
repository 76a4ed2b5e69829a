import FoundationEssentials
import Vocabulary

/// The result of rendering a picture.
package struct RenderedPicture: Codable, Equatable, Sendable {
    /// Every size, from small to large.
    package let variants: [RenderedVariant]
    /// A ThumbHash, 5–25 bytes.
    package let placeholder: Data
    /// The animation, in the file of ``VariantRole/animated``; nil for static pictures, and beyond the budget.
    package let animation: RenderedAnimation?
    /// Part of the picture is missing or wrong, because its file is damaged or truncated.
    package let isDamaged: Bool

    private static let placeholderByteCounts = 5...25

    package init(
        variants: [RenderedVariant],
        placeholder: Data,
        animation: RenderedAnimation? = nil,
        isDamaged: Bool = false
    ) {
        self.variants = variants
        self.placeholder = placeholder
        self.animation = animation
        self.isDamaged = isDamaged
    }

    /// Every size exists once, and is served by its own file or by that of a smaller size.
    package var isConsistent: Bool {
        guard variants.map(\.size) == VariantSize.allCases.sorted(),
            Self.placeholderByteCounts.contains(placeholder.count)
        else { return false }
        return variants.allSatisfy { variant in
            variant.fileSize <= variant.size
                && variants.contains { $0.size == variant.fileSize && $0.serving(variant.size) == variant }
        }
    }
}

/// The animation of an animated picture, as WebP.
package struct RenderedAnimation: Codable, Equatable, Sendable {
    /// Pixels of a frame.
    package let width: Int
    /// Pixels of a frame.
    package let height: Int
    package let byteCount: Int

    package init(width: Int, height: Int, byteCount: Int) {
        self.width = width
        self.height = height
        self.byteCount = byteCount
    }
}

/// One of the sizes that a client can request.
package struct RenderedVariant: Codable, Equatable, Sendable {
    package let size: VariantSize
    /// The size whose file serves this one: a smaller size when both would be equal.
    package let fileSize: VariantSize
    package let format: VariantFormat
    /// Pixels, upright.
    package let width: Int
    /// Pixels, upright.
    package let height: Int
    package let byteCount: Int

    package init(
        size: VariantSize,
        fileSize: VariantSize,
        format: VariantFormat,
        width: Int,
        height: Int,
        byteCount: Int
    ) {
        self.size = size
        self.fileSize = fileSize
        self.format = format
        self.width = width
        self.height = height
        self.byteCount = byteCount
    }

    /// The same file, serving another size.
    package func serving(_ size: VariantSize) -> RenderedVariant {
        RenderedVariant(
            size: size,
            fileSize: fileSize,
            format: format,
            width: width,
            height: height,
            byteCount: byteCount
        )
    }

    /// The file that serves this size of `blob`.
    package func file(of blob: BlobID) -> VariantFile { VariantFile(blob: blob, size: fileSize, format: format) }
}
