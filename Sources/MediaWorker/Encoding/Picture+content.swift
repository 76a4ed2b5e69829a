import CVips
import Pictures

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
