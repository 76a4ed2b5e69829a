import CVips
import TestSupport

@testable import MediaWorker

/// A picture's light.
struct GreyPicture {
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
        var light: [UInt8] = []
        light.reserveCapacity(pixels.count / 4)
        for start in stride(from: 0, to: pixels.count, by: 4) {
            light.append(Self.luma(pixels[start], pixels[start + 1], pixels[start + 2]))
        }
        self.init(width: picture.width, height: picture.height, light: light)
    }

    /// ITU-R BT.601.
    private static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        let sum: Int = 299 * Int(red) + 587 * Int(green) + 114 * Int(blue)
        return UInt8((sum + 500) / 1_000)
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

extension Picture {
    /// The bytes of a file, which outlive the encoder's.
    func file(as encoding: VariantEncoding) throws -> [UInt8] {
        let file = try encoded(as: encoding)
        return Array(file.bytes)
    }
}
