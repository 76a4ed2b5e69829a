import Foundation
import Pictures
import TestSupport
import Testing
import Vocabulary

@testable import MediaWorker

@Suite(.timeLimit(.standard)) struct VariantPlanTests {
    @Test(
        "A size gets a file only if it differs from the next smaller one",
        arguments: [
            (1, [150]), (150, [150]), (151, [800, 150]), (800, [800, 150]), (801, [1920, 800, 150]),
            (1_920, [1920, 800, 150]), (16_384, [1920, 800, 150]),
        ]
    )
    func rendered(longestSide: Int, sizes: [Int]) {
        #expect(VariantPlan(longestSide: longestSide).rendered.map(\.rawValue) == sizes)
    }

    @Test("A size without a file of its own is served by the largest file")
    func served() {
        let plan = VariantPlan(longestSide: 700)
        func variant(_ size: VariantSize) -> RenderedVariant {
            RenderedVariant(size: size, fileSize: size, format: .jpg, width: 1, height: 1, byteCount: 1)
        }
        let made: [VariantSize: RenderedVariant] = [.thumbnail: variant(.thumbnail), .medium: variant(.medium)]
        #expect(plan.complete(made).map(\.fileSize) == [.thumbnail, .medium, .medium])
        #expect(plan.complete(made).map(\.size) == [.thumbnail, .medium, .large])
    }

    @Test("Error texts of libvips are mapped to stable codes")
    func codes() {
        func code(_ text: String) -> String { VipsFailure(description: text).code.rawValue }
        // Whether that is because the file is cut off, its end tells.
        #expect(code("VipsJpeg: Premature end of input file") == "undecodable")
        #expect(code("VipsJpeg: Insufficient memory (case 4)") == "out_of_memory")
        #expect(code("VipsJpeg: Backing store not supported") == "too_complex")
        #expect(code("VipsForeignLoad: buffer is not in a known format") == "undecodable")
    }
}

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
