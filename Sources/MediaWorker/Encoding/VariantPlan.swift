import CVips
import Pictures
import Vocabulary

/// The sizes of a picture that are rendered, and the file that serves each size.
struct VariantPlan: Equatable {
    /// The sizes that are rendered, largest first.
    let rendered: [VariantSize]

    /// - Parameter longestSide: pixels of the picture, upright or not.
    ///
    /// A size that would equal the next smaller one, because the picture fits into it, is not rendered.
    init(longestSide: Int) {
        let sizes = VariantSize.allCases.sorted()
        let needed = sizes.first { $0.rawValue >= longestSide } ?? .large
        rendered = sizes.filter { $0 <= needed }.reversed()
    }

    /// The size at which the picture is decoded.
    var largest: VariantSize { rendered.first ?? .large }

    /// Every size with the file that serves it, smallest first: its own, or that of the largest rendered size.
    func complete(_ files: [VariantSize: RenderedVariant]) -> [RenderedVariant] {
        VariantSize.allCases.sorted().compactMap { size in files[min(size, largest)]?.serving(size) }
    }
}

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

extension Picture {
    /// Number of evenly spaced rows that are sampled.
    private static var sampledRowCount: Int { 64 }
    /// Most colours of a small flat picture.
    private static var fewColours: Int { 256 }

    /// Classifies the picture. Pixels are sampled only if the source is losslessly compressed.
    func content(of source: ImageFacts) throws(VipsFailure) -> EncodingLadder.Content {
        guard source.isLossless else { return .lossy }
        return try isFlat() ? .flat : .detailed
    }

    /// Whether most pixels equal their neighbour and there are few colours.
    ///
    /// In screenshots and text, 60–99 % of the pixels equal their left neighbour, in photographs at most 40 %. A
    /// screenshot that contains a large photograph has more than one colour per eight pixels.
    private func isFlat() throws(VipsFailure) -> Bool {
        guard let start = vips_image_get_data(image) else { throw VipsFailure(doing: "sample") }
        let bandCount = Int(vips_image_get_bands(image))
        let pixels = UnsafeRawBufferPointer(start: start, count: width * height * bandCount)
        var colours = ColourCounter()
        var (sampled, equal) = (0, 0)
        for row in stride(from: 0, to: height, by: max(height / Self.sampledRowCount, 1)) {
            var previous: UInt32?
            for column in 0..<width {
                let colour = Self.colour(pixels, at: (row * width + column) * bandCount, bandCount)
                if colour == previous { equal += 1 } else { colours.add(colour) }
                previous = colour
            }
            sampled += width
        }
        return equal * 2 >= sampled && colours.count <= max(Self.fewColours, sampled / 8)
    }

    private static func colour(_ pixels: UnsafeRawBufferPointer, at offset: Int, _ bandCount: Int) -> UInt32 {
        var colour: UInt32 = 0
        for band in 0..<bandCount { colour = colour << 8 | UInt32(pixels[offset + band]) }
        return colour
    }
}

/// Counts different colours; very large counts are too small.
private struct ColourCounter {
    private(set) var count = 0
    private var isSeen = [Bool](repeating: false, count: 1 << 16)

    mutating func add(_ colour: UInt32) {
        // Fibonacci hashing (Knuth, The Art of Computer Programming 3, section 6.4).
        let slot = Int((colour &* 2_654_435_769) >> 16)
        guard !isSeen[slot] else { return }
        isSeen[slot] = true
        count += 1
    }
}
