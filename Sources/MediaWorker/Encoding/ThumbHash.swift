import Glibc

/// A placeholder of about 25 bytes: average colour, aspect ratio, and a few frequencies of brightness and colour
/// (https://evanw.github.io/thumbhash).
struct ThumbHash: Equatable {
    /// Largest side of the picture in pixels.
    static let sideLimit = 100

    /// 5 bytes of averages and scales, 6 with alpha, then four bits for each wave: 20–25 in total.
    let bytes: [UInt8]

    /// - Parameters:
    ///   - pixels: red, green, blue and alpha of each pixel, not premultiplied, row by row.
    ///   - width: 1–100.
    ///   - height: 1–100.
    init(pixels: [UInt8], width: Int, height: Int) {
        let planes = Planes(pixels: pixels)
        let longest = max(width, height)
        let waveLimit = planes.hasAlpha ? 5 : 7
        func waves(_ side: Int) -> Int { max(1, Int((Double(waveLimit * side) / Double(longest)).rounded())) }
        let (wavesAcross, wavesDown) = (waves(width), waves(height))
        let transform = Transform(width: width, height: height)
        let light = transform.channel(planes.light, max(3, wavesAcross), max(3, wavesDown))
        let yellow = transform.channel(planes.yellow, 3, 3)
        let red = transform.channel(planes.red, 3, 3)
        let alpha = planes.hasAlpha ? transform.channel(planes.alpha, 5, 5) : nil
        let isLandscape = width > height

        var bits = BitWriter()
        bits.append(light.average, scaledTo: 63, bits: 6)
        bits.append(0.5 + yellow.average / 2, scaledTo: 63, bits: 6)
        bits.append(0.5 + red.average / 2, scaledTo: 63, bits: 6)
        bits.append(light.scale, scaledTo: 31, bits: 5)
        bits.append(planes.hasAlpha ? 1 : 0, bits: 1)
        bits.append(isLandscape ? wavesDown : wavesAcross, bits: 3)
        bits.append(yellow.scale, scaledTo: 63, bits: 6)
        bits.append(red.scale, scaledTo: 63, bits: 6)
        bits.append(isLandscape ? 1 : 0, bits: 1)
        if let alpha {
            bits.append(alpha.average, scaledTo: 15, bits: 4)
            bits.append(alpha.scale, scaledTo: 15, bits: 4)
        }
        for channel in [light, yellow, red] + (alpha.map { [$0] } ?? []) {
            for wave in channel.waves { bits.append(wave, scaledTo: 15, bits: 4) }
        }
        bytes = bits.bytes
    }
}

/// Packs numbers of a few bits, starting with the lowest bits of the first byte.
private struct BitWriter {
    private(set) var bytes: [UInt8] = []
    private var used = 0

    /// - Parameter value: 0–1; clamped.
    mutating func append(_ value: Double, scaledTo most: Int, bits: Int) {
        append(min(max(Int((value * Double(most)).rounded()), 0), most), bits: bits)
    }

    mutating func append(_ value: Int, bits: Int) {
        for bit in 0..<bits {
            if used % 8 == 0 { bytes.append(0) }
            if value >> bit & 1 == 1 { bytes[used / 8] |= 1 << (used % 8) }
            used += 1
        }
    }
}

/// The lightness and colour channels of a picture, 0–1 or -1–1, blended with its average colour.
private struct Planes {
    private(set) var light: [Double] = []
    /// Yellow against blue.
    private(set) var yellow: [Double] = []
    /// Red against green.
    private(set) var red: [Double] = []
    private(set) var alpha: [Double] = []
    let hasAlpha: Bool

    init(pixels: [UInt8]) {
        let count = pixels.count / 4
        var sums = (red: 0.0, green: 0.0, blue: 0.0, alpha: 0.0)
        for start in stride(from: 0, to: count * 4, by: 4) {
            let opacity = Double(pixels[start + 3]) / 255
            sums.red += opacity / 255 * Double(pixels[start])
            sums.green += opacity / 255 * Double(pixels[start + 1])
            sums.blue += opacity / 255 * Double(pixels[start + 2])
            sums.alpha += opacity
        }
        hasAlpha = sums.alpha < Double(count)
        let weight = sums.alpha > 0 ? sums.alpha : 1
        let average = (red: sums.red / weight, green: sums.green / weight, blue: sums.blue / weight)
        for start in stride(from: 0, to: count * 4, by: 4) {
            let opacity = Double(pixels[start + 3]) / 255
            func over(_ background: Double, _ value: UInt8) -> Double {
                background * (1 - opacity) + opacity / 255 * Double(value)
            }
            let (r, g) = (over(average.red, pixels[start]), over(average.green, pixels[start + 1]))
            let b = over(average.blue, pixels[start + 2])
            light.append((r + g + b) / 3)
            yellow.append((r + g) / 2 - b)
            red.append(r - g)
            alpha.append(opacity)
        }
    }
}

/// The discrete cosine transform of a picture.
private struct Transform {
    let width: Int
    let height: Int

    struct Channel {
        var average = 0.0
        /// The largest wave.
        var scale = 0.0
        /// 0–1, where 0.5 means zero.
        var waves: [Double] = []
    }

    /// The waves of the triangle below `across` and `down`, row by row.
    func channel(_ plane: [Double], _ across: Int, _ down: Int) -> Channel {
        var channel = Channel()
        for row in 0..<down {
            let vertical = Self.cosines(row, height)
            var column = 0
            while column * down < across * (down - row) {
                let value = project(plane, Self.cosines(column, width), vertical)
                if row == 0 && column == 0 {
                    channel.average = value
                } else {
                    channel.waves.append(value)
                    channel.scale = max(channel.scale, abs(value))
                }
                column += 1
            }
        }
        if channel.scale > 0 { channel.waves = channel.waves.map { 0.5 + 0.5 / channel.scale * $0 } }
        return channel
    }

    private func project(_ plane: [Double], _ horizontal: [Double], _ vertical: [Double]) -> Double {
        var sum = 0.0
        // The order matters, because zero waves are at or near half a quantization step.
        for y in 0..<height {
            for x in 0..<width { sum += plane[y * width + x] * horizontal[x] * vertical[y] }
        }
        return sum / Double(width * height)
    }

    private static func cosines(_ wave: Int, _ length: Int) -> [Double] {
        (0..<length).map { cos(Double.pi / Double(length) * Double(wave) * (Double($0) + 0.5)) }
    }
}
