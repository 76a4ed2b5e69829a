import Pictures

/// The frames of a picture that moves, one below the other, as red, green, blue and alpha.
struct FilmStrip {
    /// Pixels of a frame.
    private(set) var width = 0
    /// Pixels of a frame.
    private(set) var height = 0
    private(set) var pixels: [UInt8] = []
    /// How long each frame is shown.
    let milliseconds: [Int]
    /// How often all are; 0 for ever.
    let playCount: Int

    /// Decodes and draws the frames of an animated PNG, which libvips knows only the first of, each shrunk to fit a
    /// square of `side` pixels.
    init(of film: APNGFrames, side: Int) throws(VipsFailure) {
        milliseconds = film.frames.map(\.milliseconds)
        playCount = film.playCount
        var canvas = APNGCanvas(width: film.width, height: film.height)
        for frame in film.frames {
            try canvas.draw(frame, Self.content(of: frame)) { pixels throws(VipsFailure) in
                let shown = try Picture(pixels: pixels, width: film.width, height: film.height)
                try append(shown.shrunk(to: side))
            }
        }
    }

    private static func content(of frame: APNGFrames.Frame) throws(VipsFailure) -> [UInt8] {
        let content = try Picture(decoding: frame.file, side: max(frame.width, frame.height))
        guard (content.width, content.height) == (frame.width, frame.height) else {
            throw VipsFailure(description: "a frame is not as large as it should be")
        }
        return try content.pixels()
    }

    private mutating func append(_ picture: borrowing Picture) throws(VipsFailure) {
        (width, height) = (picture.width, picture.height)
        pixels += try picture.pixels()
    }
}
