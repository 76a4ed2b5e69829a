import Pictures

/// Draws the frames of an animated PNG on top of each other, as red, green, blue and alpha.
struct APNGCanvas {
    let width: Int
    let height: Int
    private(set) var pixels: [UInt8]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        pixels = [UInt8](repeating: 0, count: width * height * 4)
    }

    /// Draws a frame, passes the canvas to `body`, then disposes of the frame.
    ///
    /// - Parameter content: the pixels of the frame.
    mutating func draw<Failure: Error>(
        _ frame: APNGFrames.Frame,
        _ content: [UInt8],
        body: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        let before = frame.disposal == .restore ? pixels : []
        for row in 0..<frame.height {
            for column in 0..<frame.width {
                let source = (row * frame.width + column) * 4
                let target = ((frame.top + row) * width + frame.left + column) * 4
                if frame.isBlended { blend(content, source, at: target) } else { put(content, source, at: target) }
            }
        }
        try body(pixels)
        switch frame.disposal {
        case .keep: break
        case .clear: clear(frame)
        case .restore: pixels = before
        }
    }

    private mutating func put(_ content: [UInt8], _ source: Int, at target: Int) {
        for channel in 0..<4 { pixels[target + channel] = content[source + channel] }
    }

    /// PNG specification, third edition, section 13.16: colours are weighted by alpha.
    private mutating func blend(_ content: [UInt8], _ source: Int, at target: Int) {
        let upper = Int(content[source + 3])
        if upper == 255 { return put(content, source, at: target) }
        if upper == 0 { return }
        let lower = Int(pixels[target + 3]) * (255 - upper) / 255
        let alpha = upper + lower
        for channel in 0..<3 {
            let sum = Int(content[source + channel]) * upper + Int(pixels[target + channel]) * lower
            pixels[target + channel] = UInt8(clamping: sum / alpha)
        }
        pixels[target + 3] = UInt8(clamping: alpha)
    }

    private mutating func clear(_ frame: APNGFrames.Frame) {
        for row in frame.top..<frame.top + frame.height {
            let start = (row * width + frame.left) * 4
            for index in start..<start + frame.width * 4 { pixels[index] = 0 }
        }
    }
}
