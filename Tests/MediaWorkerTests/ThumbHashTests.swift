import Foundation
import TestSupport
import Testing

@testable import MediaWorker

@Suite(.timeLimit(.standard)) struct ThumbHashTests {
    @Test(
        "A hash is the one that every other encoder makes",
        arguments: [
            // From the algorithm's reference implementation, for the same pixels.
            (100, 67, false, "HhgGDYJUZBVVRgd1dmV3de2O379E"), (50, 100, false, "HggGDAQCMlYyBlZoVlc8/9fJCw=="),
            (3, 3, false, "AQgGBwKEeAuGiHiHiIiIeIh5AFh2cHUH"), (40, 30, true, "HgiGFIg3CXxXmXZpuNDEC1oIeIiHeIiICA=="),
            (30, 90, true, "HwiCCgQ3ZlqlMEloX3/7xYCHiIiHiIg="),
        ]
    )
    func reference(width: Int, height: Int, isTransparent: Bool, expected: String) {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                let alpha = isTransparent ? x * 255 / (width - 1) : 255
                pixels += [x * 7 + y * 3, x * x + y, x * y, alpha].map { UInt8(truncatingIfNeeded: $0) }
            }
        }
        let hash = ThumbHash(pixels: pixels, width: width, height: height)
        #expect(Data(hash.bytes).base64EncodedString() == expected)
    }

    @Test("One pixel, and one that cannot be seen, have a hash", arguments: [255, 0])
    func onePixel(alpha: UInt8) {
        let hash = ThumbHash(pixels: [200, 100, 50, alpha], width: 1, height: 1)
        #expect((5...25).contains(hash.bytes.count))
        #expect((hash.bytes[2] & 0x80 != 0) == (alpha == 0))
    }
}
