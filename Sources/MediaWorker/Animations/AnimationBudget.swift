import Pictures

/// What a moving picture may come to for its moving form to be made: time and memory grow with every frame.
enum AnimationBudget {
    /// Frames that are shown. A film of 12 s at 25 a second.
    static let frameCount = 300
    /// Pixels of all frames of a GIF before they are shrunk; it is decoded frame by frame.
    static let streamedPixelCount = 150_000_000
    /// Pixels of all frames of a WebP or PNG before they are shrunk: they are all held, at four bytes each.
    static let heldPixelCount = 15_000_000
    /// Pixels of one such frame, of which a decoder holds two more.
    static let heldFramePixelCount = 5_000_000
    /// Pixels of all frames as they are encoded: one to two seconds of work.
    static let pixelCount = 30_000_000
    /// Pixels a side of the box that it fits into.
    static let side = VariantRole.animated.side

    /// Bytes of the file that comes out: not more than the picture has, nor than a moving picture shall cost a reader;
    /// but of a few bytes nobody asks which is lighter.
    static func byteLimit(sourceByteCount: Int) -> Int { min(max(sourceByteCount, 64 << 10), 2 << 20) }

    /// Whether a picture is within all that can be told before it is decoded.
    static func allows(_ facts: ImageFacts) -> Bool {
        guard facts.isAnimated, facts.orientation == 1, (2...frameCount).contains(facts.frameCount),
            facts.pixelCount <= framePixelCount(facts)
        else { return false }
        let scale = min(1, Double(side) / Double(max(facts.storedWidth, facts.storedHeight)))
        return Double(facts.pixelCount * facts.frameCount) * scale * scale <= Double(pixelCount)
    }

    /// Pixels that each frame may have.
    private static func framePixelCount(_ facts: ImageFacts) -> Int {
        guard facts.format != .gif else { return streamedPixelCount / facts.frameCount }
        return min(heldFramePixelCount, heldPixelCount / facts.frameCount)
    }
}
