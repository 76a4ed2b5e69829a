/// The encodings that are tried in turn for a variant until a file is small enough. If none is, the smallest is kept:
/// variants never lose pixels to save bytes.
struct EncodingLadder: Equatable {
    /// The kind of content, as far as it matters for encoding.
    enum Content {
        /// Compressed lossily before, such as a photograph.
        case lossy
        /// Areas of one colour, such as a screenshot, a drawing, text or a QR code.
        case flat
        /// Detail everywhere, and never compressed lossily.
        case detailed
    }

    let encodings: [VariantEncoding]
    /// The first file of at most this many bytes is kept.
    let byteGoal: Int

    /// Pixels of the largest picture that is encoded losslessly although the result may be large: those of 4:3 in a box
    /// of 1920. libwebp takes up to 33 bytes of memory per pixel, measured with noise.
    private static let losslessPixelCount = 2_800_000

    /// - Parameters:
    ///   - isShrunk: the variant has fewer pixels than its source.
    ///   - pixelCount: pixels of the variant.
    ///   - sourceByteCount: bytes of the source; a larger file is encoded again.
    ///
    /// A photograph is encoded as JPEG, unless its source is smaller than the result: then as WebP, finally of lower
    /// quality. A flat picture is smallest when encoded losslessly, at about one bit per pixel; if it takes more, like
    /// text in small sizes, lossy WebP may be smaller. Transparent pictures are always encoded as WebP.
    init(for content: Content, isTransparent: Bool, isShrunk: Bool, pixelCount: Int, sourceByteCount: Int) {
        let isCheap = pixelCount <= Self.losslessPixelCount || content == .flat && !isShrunk
        let lossless = isCheap ? [VariantEncoding.lossless] : []
        byteGoal = content == .flat ? pixelCount / 8 : sourceByteCount
        encodings =
            switch (content, isTransparent) {
            case (.lossy, false): [.jpeg(80), .webP(75), .webP(60)]
            case (.lossy, true): [.webP(78), .webP(60)]
            case (.flat, _): lossless + [.webP(85, hasSharpColour: true)]
            case (.detailed, false): [.jpeg(85, hasSharpColour: true), .webP(78)] + lossless
            case (.detailed, true): [.webP(78)] + lossless
            }
    }
}
