import Vocabulary

/// One static rendering of a picture.
package struct Variant: Sendable, Equatable {
    package let size: VariantSize
    /// The size whose file is served: smaller than `size` if both would be the same picture.
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

/// The animated form of an animated picture: one WebP in addition to the variants.
package struct Animation: Sendable, Equatable {
    /// In pixels.
    package let width: Int
    /// In pixels.
    package let height: Int
    package let byteCount: Int64

    package init(width: Int, height: Int, byteCount: Int64) {
        self.width = width
        self.height = height
        self.byteCount = byteCount
    }
}
