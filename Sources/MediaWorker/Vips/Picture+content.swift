import CVips
import Pictures

extension Picture {
    /// Rows that are looked at, evenly spread.
    private static var sampledRowCount: Int { 64 }
    /// Colours that a small picture may have and still be flat.
    private static var fewColours: Int { 256 }

    /// What the picture shows. Pixels are looked at only where the source has not been compressed with losses.
    func content(of source: ImageFacts) throws(VipsFailure) -> EncodingLadder.Content {
        guard source.isLossless else { return .lossy }
        return try isFlat() ? .flat : .detailed
    }

    /// Whether most pixels are like their neighbour and colours are few.
    ///
    /// In screenshots and text 60 to 99 of 100 pixels are like the one to their left, in photographs at most 40. With a
    /// large photograph in it, a screenshot has more than one colour in eight pixels.
    private func isFlat() throws(VipsFailure) -> Bool {
        guard let start = vips_image_get_data(image) else { throw VipsFailure(doing: "sample") }
        let bandCount = Int(vips_image_get_bands(image))
        let pixels = UnsafeRawBufferPointer(start: start, count: width * height * bandCount)
        var colours = ColourTally()
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

/// Counts different colours, too few where there are very many.
private struct ColourTally {
    private(set) var count = 0
    private var isSeen = [Bool](repeating: false, count: 1 << 16)

    mutating func add(_ colour: UInt32) {
        // The golden ratio of 2³² spreads neighbouring numbers (Knuth, The Art of Computer Programming 3, 6.4).
        let slot = Int((colour &* 2_654_435_769) >> 16)
        guard !isSeen[slot] else { return }
        isSeen[slot] = true
        count += 1
    }
}
