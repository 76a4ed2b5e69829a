import CWebP

/// The decodable rows of a damaged static WebP, as red, green, blue and alpha.
struct WebPRows {
    let width: Int
    let height: Int
    /// Missing pixels are middle grey.
    let pixels: [UInt8]
    /// Number of decoded rows from the top.
    let count: Int

    /// Shrunk to fit a square of `side` pixels. Nil when there are none.
    init?(of bytes: [UInt8], size: (width: Int, height: Int), side: Int) {
        let scale = min(1, Double(side) / Double(max(size.width, size.height)))
        width = max(1, Int((Double(size.width) * scale).rounded()))
        height = max(1, Int((Double(size.height) * scale).rounded()))
        var pixels = [UInt8](repeating: 0, count: width * height * 4)
        let count = snug_webp_rows(bytes, bytes.count, Int32(width), Int32(height), &pixels)
        guard count > 0 else { return nil }
        for start in stride(from: width * Int(count) * 4, to: pixels.count, by: 4) {
            for channel in 0..<4 { pixels[start + channel] = channel < 3 ? 128 : 255 }
        }
        self.pixels = pixels
        self.count = Int(count)
    }
}
