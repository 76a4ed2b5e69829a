/// The encodings that are tried for a variant, one after another, until a file is light enough. When none is, the
/// lightest of them is kept: a variant never gives up pixels for bytes.
struct EncodingLadder: Equatable {
    /// What a picture shows, as far as it matters for its encoding.
    enum Content {
        /// Has been compressed with losses before, as a photograph.
        case lossy
        /// Areas of one colour, as in a screenshot, a drawing, text or a code.
        case flat
        /// Detail everywhere, never compressed with losses.
        case detailed
    }

    let encodings: [Encoding]
    /// The first file of at most this many bytes is taken.
    let byteGoal: Int

    /// Pixels of the largest picture that is encoded without loss where that is not known to make it light: those of 4:3
    /// in a box of 1920. libwebp takes up to 33 bytes for each, measured on noise.
    private static let losslessPixelCount = 2_800_000

    /// - Parameters:
    ///   - isShrunk: the variant has fewer pixels than its source.
    ///   - pixelCount: pixels of the variant.
    ///   - sourceByteCount: bytes of the source, from which on a second encoding is worth its time.
    ///
    /// A photograph is made once, as JPEG, unless its source is lighter than that: then WebP, at last of lower quality. A
    /// flat picture is lightest without loss, at about a bit for each pixel; where it takes more, as small sizes of text
    /// do, lossy WebP may be lighter. WebP also wherever something shines through, which JPEG cannot hold.
    init(for content: Content, isTransparent: Bool, isShrunk: Bool, pixelCount: Int, sourceByteCount: Int) {
        let isCheap = pixelCount <= Self.losslessPixelCount || content == .flat && !isShrunk
        let withoutLoss = isCheap ? [Encoding.lossless] : []
        byteGoal = content == .flat ? pixelCount / 8 : sourceByteCount
        encodings =
            switch (content, isTransparent) {
            case (.lossy, false): [.jpeg(80), .webP(75), .webP(60)]
            case (.lossy, true): [.webP(78), .webP(60)]
            case (.flat, _): withoutLoss + [.webP(85, hasSharpColour: true)]
            case (.detailed, false): [.jpeg(85, hasSharpColour: true), .webP(78)] + withoutLoss
            case (.detailed, true): [.webP(78)] + withoutLoss
            }
    }
}
