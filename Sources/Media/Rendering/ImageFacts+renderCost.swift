import Pictures

extension ImageFacts {
    /// Estimated time for rendering the variants, in milliseconds of one core: 5–600,000.
    ///
    /// Computed from the stored pixels and the time per pixel of their decoder, as measured with libvips 8.14 and a
    /// cascade of the three sizes.
    package var renderCost: Int {
        // In floating point, since a header may claim any size.
        let megapixels = Double(storedWidth) * Double(storedHeight) / 1_000_000
        return Int(min(max(megapixels * millisecondsPerMegapixel, 5), 600_000))
    }

    private var millisecondsPerMegapixel: Double {
        switch format {
        case .jpeg: isProgressive ? 16 : 7
        case .png: 26
        case .gif: 10
        case .webp: 18
        case .heif, .avif: 60
        }
    }
}
