import Pictures

/// The frames of an animation below each other, as red, green, blue and alpha.
struct FrameStack {
    /// Pixels of a frame.
    private(set) var width = 0
    /// Pixels of a frame.
    private(set) var height = 0
    private(set) var pixels: [UInt8] = []
    /// How long each frame is shown.
    let milliseconds: [Int]
    /// How often the animation is played; 0 means endlessly.
    let playCount: Int

    /// Decodes and draws the frames of an animated PNG, of which libvips reads only the first, each shrunk to fit a
    /// square of `side` pixels.
    init(of animation: APNGFrames, side: Int) throws(VipsFailure) {
        milliseconds = animation.frames.map(\.milliseconds)
        playCount = animation.playCount
        var canvas = APNGCanvas(width: animation.width, height: animation.height)
        for frame in animation.frames {
            try canvas.draw(frame, Self.content(of: frame)) { pixels throws(VipsFailure) in
                let drawn = try Picture(pixels: pixels, width: animation.width, height: animation.height)
                try append(drawn.shrunk(to: side))
            }
        }
    }

    private static func content(of frame: APNGFrames.Frame) throws(VipsFailure) -> [UInt8] {
        let content = try Picture(decoding: frame.file, side: max(frame.width, frame.height))
        guard (content.width, content.height) == (frame.width, frame.height) else {
            throw VipsFailure(description: "the size of a frame differs from its header")
        }
        return try content.pixels()
    }

    private mutating func append(_ picture: borrowing Picture) throws(VipsFailure) {
        (width, height) = (picture.width, picture.height)
        pixels += try picture.pixels()
    }
}
