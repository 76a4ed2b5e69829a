import CVips
import Vocabulary

/// A file in memory, encoded by libvips and without metadata; freed with its owner.
struct EncodedPicture: ~Copyable {
    private let start: UnsafeMutableRawPointer
    let byteCount: Int
    let format: VariantFormat

    /// Takes ownership of the result of a saver.
    /// - Parameter isTransparent: whether an animation may have transparent pixels.
    init(
        status: Int32,
        _ bytes: UnsafeMutableRawPointer?,
        _ count: Int,
        _ format: VariantFormat,
        isTransparent: Bool = false
    ) throws(VipsFailure) {
        guard status == 0, let bytes else { throw VipsFailure(doing: "encode") }
        let hidden = VipsFailure.hidden(in: "encode")
        let clean = Self.removeMetadata(bytes, count, format)
        guard hidden == nil, let clean else {
            g_free(bytes)
            throw hidden ?? VipsFailure(doing: "remove metadata")
        }
        start = bytes
        byteCount = clean
        self.format = format
        if isTransparent {
            WebPFile.announceTransparency(UnsafeMutableRawBufferPointer(start: bytes, count: clean))
        }
    }

    private static func removeMetadata(
        _ bytes: UnsafeMutableRawPointer,
        _ count: Int,
        _ format: VariantFormat
    ) -> Int? {
        switch format {
        case .jpg: count
        case .webp: WebPFile.removeMetadata(UnsafeMutableRawBufferPointer(start: bytes, count: count))
        }
    }

    deinit { g_free(start) }

    /// Valid as long as this value exists.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: byteCount) }
}

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
