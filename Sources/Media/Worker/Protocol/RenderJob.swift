/// What the worker is asked to do: one line of JSON on the socket that is its standard input.
///
/// With its first byte come the descriptors of ``RenderFiles``: the original, to read, then an empty file for each
/// ``VariantSize`` from small to large, to write.
package struct RenderJob: Codable, Equatable, Sendable {
    /// Version of the protocol; a worker of another version does not say that it is ready.
    package static let version = 2

    package let id: BlobID
    /// What the header said when the file came in; a decoder that sees something else is not trusted with it.
    package let facts: ImageFacts
    package let limits: PixelLimits

    package init(id: BlobID, facts: ImageFacts, limits: PixelLimits = PixelLimits()) {
        self.id = id
        self.facts = facts
        self.limits = limits
    }
}

/// One of the sizes that a client can ask for.
package struct RenderedVariant: Codable, Equatable, Sendable {
    package let size: VariantSize
    /// The size whose file serves this one: a smaller size where the two would be equal.
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

    /// The same file in the role of another size.
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
