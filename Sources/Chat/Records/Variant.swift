import Vocabulary

/// One still rendering of a picture.
package struct Variant: Sendable, Equatable {
    package let size: VariantSize
    /// The size whose file serves it: smaller than `size` where both would be the same picture.
    package let fileSize: VariantSize
    package let width: Int
    package let height: Int
    package let format: VariantFormat
    package let byteCount: Int64

    package init(
        size: VariantSize,
        fileSize: VariantSize,
        width: Int,
        height: Int,
        format: VariantFormat,
        byteCount: Int64
    ) {
        self.size = size
        self.fileSize = fileSize
        self.width = width
        self.height = height
        self.format = format
        self.byteCount = byteCount
    }
}

/// The moving form of an animated picture: one WebP beside the variants.
package struct Animation: Sendable, Equatable {
    /// Pixels.
    package let width: Int
    /// Pixels.
    package let height: Int
    package let byteCount: Int64

    package init(width: Int, height: Int, byteCount: Int64) {
        self.width = width
        self.height = height
        self.byteCount = byteCount
    }
}
