import CVips
import TestSupport
import Testing

@testable import MediaWorker

@Suite struct ShrinkOnLoadTests {
    @Test(
        "A JPEG is shrunk while decoding as far as leaves a factor of one and a half",
        arguments: [
            (150, 1), (1_920, 1), (4_000, 1), (5_759, 1), (5_760, 2), (6_000, 2), (7_680, 2), (11_519, 2), (11_520, 4),
            (16_384, 4), (23_040, 8), (65_535, 8),
        ]
    )
    func factor(longestSide: Int, expected: Int) {
        #expect(ShrinkOnLoad.factor(from: (longestSide, 800), to: 1_920) == expected)
        #expect(ShrinkOnLoad.factor(from: (800, longestSide), to: 1_920) == expected)
    }

    @Test("Of a picture of few rows none is cut off", arguments: [3, 9, 15, 31, 100, 399])
    func fewRows(height: Int) throws {
        try startVips()
        let light = (0..<height).flatMap { [UInt8](repeating: $0 < height / 3 * 2 ? 0 : 255, count: 6_000) }
        let jpeg = try GreyPicture(width: 6_000, height: height, light: light).jpeg()
        for side in [150, 1_920] {
            let shrink = ShrinkOnLoad.factor(from: (6_000, height), to: side)
            let small = try GreyPicture(Picture(decoding: jpeg, side: side, shrinking: .rows(onLoad: shrink)))
            let mean = Double(small.light.reduce(0) { $0 + Int($1) }) / Double(small.light.count)
            let expected = 255 * Double(height - height / 3 * 2) / Double(height)
            #expect(abs(mean - expected) < 12, "\(mean), not \(expected)")
        }
    }

    @Test("A picture that is as thin as a line is not shrunk to nothing", arguments: [1, 2, 3, 5, 8])
    func thinPicture(thickness: Int) throws {
        try startVips()
        for (width, height) in [(2_400, thickness), (thickness, 2_400)] {
            let shrink = ShrinkOnLoad.factor(from: (width, height), to: 150)
            let light = [UInt8](repeating: 90, count: width * height)
            let line = GreyPicture(width: width, height: height, light: light)
            let small = try Picture(decoding: line.jpeg(), side: 150, shrinking: .rows(onLoad: shrink))
            #expect(max(small.width, small.height) == 150)
            #expect(min(small.width, small.height) == 1)
        }
    }

    @Test("What comes out is what the slow path makes: structural similarity of 0.98 and more")
    func similarity() throws {
        try startVips()
        let photograph = try GreyPicture.photograph(width: 600, height: 400).jpeg()
        for side in [599, 500, 401, 400, 390, 300, 250, 200, 170, 151, 100, 75] {
            let shrink = ShrinkOnLoad.factor(from: (600, 400), to: side)
            let slow = try GreyPicture(Picture(decoding: photograph, side: side))
            let fast = try GreyPicture(Picture(decoding: photograph, side: side, shrinking: .rows(onLoad: shrink)))
            #expect(slow.similarity(to: fast) >= 0.98, "at \(side)")
        }
        let large = try Picture(
            decoding: photograph,
            side: 240,
            shrinking: .rows(onLoad: ShrinkOnLoad.factor(from: (600, 400), to: 240))
        )
        let slow = try GreyPicture(Picture(decoding: photograph, side: 100))
        #expect(try GreyPicture(large.shrunk(to: 100)).similarity(to: slow) >= 0.98, "the next size")
        let careless = try GreyPicture(Picture(decoding: photograph, side: 296, shrinking: .rows(onLoad: 2)))
        #expect(try GreyPicture(Picture(decoding: photograph, side: 296)).similarity(to: careless) < 0.98)
    }
}

/// A picture's light.
private struct GreyPicture {
    let width: Int
    let height: Int
    let light: [UInt8]

    init(width: Int, height: Int, light: [UInt8]) {
        self.width = width
        self.height = height
        self.light = light
    }

    init(_ picture: borrowing Picture) throws {
        let pixels = try picture.pixels()
        self.init(
            width: picture.width,
            height: picture.height,
            light: stride(from: 1, to: pixels.count, by: 4).map { pixels[$0] }
        )
    }

    /// Soft shapes, edges, and the noise of a sensor.
    static func photograph(width: Int, height: Int) -> GreyPicture {
        var random = SeededRandom(seed: 7)
        var light: [UInt8] = []
        light.reserveCapacity(width * height)
        for y in 0..<height {
            for x in 0..<width {
                let shape = 100 + 60 * ((x / 90 + y / 70) % 2) + (x * y / 2_000) % 40
                let noise = (0..<4).reduce(0) { sum, _ in sum + Int.random(in: -8...8, using: &random) }
                light.append(UInt8(clamping: shape + noise))
            }
        }
        return GreyPicture(width: width, height: height, light: light)
    }

    func jpeg() throws -> [UInt8] {
        let image = light.withUnsafeBytes {
            vips_image_new_from_memory_copy($0.baseAddress, $0.count, Int32(width), Int32(height), 1, VIPS_FORMAT_UCHAR)
        }
        guard let image else { throw VipsFailure(doing: "test") }
        defer { snug_vips_release(image) }
        var bytes: UnsafeMutableRawPointer?
        var count = 0
        guard snug_vips_jpeg(image, 90, false, &bytes, &count) == 0 else { throw VipsFailure(doing: "test") }
        defer { g_free(bytes) }
        return Array(UnsafeRawBufferPointer(start: bytes, count: count))
    }

    /// The mean structural similarity over windows of 8×8 pixels: Wang et al., "Image quality assessment: from error
    /// visibility to structural similarity", 2004, with its constants for 8 bits.
    func similarity(to other: GreyPicture) -> Double {
        guard (width, height) == (other.width, other.height) else { return 0 }
        var (sum, count) = (0.0, 0.0)
        for top in stride(from: 0, through: height - 8, by: 8) {
            for left in stride(from: 0, through: width - 8, by: 8) {
                sum += windowSimilarity(to: other, left, top)
                count += 1
            }
        }
        return sum / count
    }

    private func windowSimilarity(to other: GreyPicture, _ left: Int, _ top: Int) -> Double {
        var (a, b, aa, bb, ab) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for y in top..<top + 8 {
            for x in left..<left + 8 {
                let (p, q) = (Double(light[y * width + x]), Double(other.light[y * width + x]))
                a += p
                b += q
                aa += p * p
                bb += q * q
                ab += p * q
            }
        }
        let (meanA, meanB) = (a / 64, b / 64)
        let (varianceA, varianceB) = (aa / 64 - meanA * meanA, bb / 64 - meanB * meanB)
        let covariance = ab / 64 - meanA * meanB
        let (c1, c2) = (6.5025, 58.5225)
        return (2 * meanA * meanB + c1) * (2 * covariance + c2)
            / ((meanA * meanA + meanB * meanB + c1) * (varianceA + varianceB + c2))
    }
}
