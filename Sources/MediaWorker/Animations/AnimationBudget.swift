import Pictures

/// Limits on an animation that is rendered as one: time and memory grow with every frame.
enum AnimationBudget {
    /// Frames that are shown: 12 s at 25 a second.
    static let frameCount = 300
    /// Pixels of all frames of a GIF before they are shrunk; it is decoded frame by frame.
    static let streamedPixelCount = 150_000_000
    /// Pixels of all frames of a WebP or PNG before they are shrunk: all are held in memory, at four bytes each.
    static let heldPixelCount = 15_000_000
    /// Pixels of one such frame, of which a decoder holds two more.
    static let heldFramePixelCount = 5_000_000
    /// Pixels of all frames as they are encoded: one to two seconds of work.
    static let pixelCount = 30_000_000
    /// Pixels a side of the box that it fits into.
    static let side = VariantRole.animated.side

    /// Largest encoded file, in bytes: the size of the original, between 64 KiB, below which the difference does not
    /// matter, and 2 MiB.
    static func byteLimit(sourceByteCount: Int) -> Int { min(max(sourceByteCount, 64 << 10), 2 << 20) }

    /// Whether a picture is within every limit that can be checked before it is decoded.
    static func permits(_ facts: ImageFacts) -> Bool {
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
