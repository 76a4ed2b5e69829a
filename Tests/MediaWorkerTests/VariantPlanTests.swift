import Media
import Testing

@testable import MediaWorker

@Suite struct VariantPlanTests {
    @Test(
        "A size gets a file only where it differs from the next smaller one",
        arguments: [
            (1, [150]), (150, [150]), (151, [800, 150]), (800, [800, 150]), (801, [1920, 800, 150]),
            (1_920, [1920, 800, 150]), (16_384, [1920, 800, 150]),
        ]
    )
    func rendered(longestSide: Int, sizes: [Int]) {
        #expect(VariantPlan(longestSide: longestSide).rendered.map(\.rawValue) == sizes)
    }

    @Test("WebP is for transparency, full chroma for drawings")
    func encodings() {
        #expect(Encoding(isTransparent: true, isLosslessSource: true).format == .webp)
        #expect(Encoding(isTransparent: false, isLosslessSource: true).hasFullChroma)
        #expect(!Encoding(isTransparent: false, isLosslessSource: false).hasFullChroma)
    }

    @Test("Quality goes down in few steps (I8)")
    func lower() {
        var steps = 0
        var encoding: Encoding? = Encoding(isTransparent: false, isLosslessSource: false)
        while let lower = encoding?.lower {
            encoding = lower
            steps += 1
        }
        #expect(steps == 2)
    }

    @Test("libvips' words become stable codes")
    func codes() {
        func code(_ text: String) -> String { VipsFailure(description: text).code.rawValue }
        #expect(code("VipsJpeg: Premature end of input file") == "truncated")
        #expect(code("VipsJpeg: Insufficient memory (case 4)") == "out_of_memory")
        #expect(code("VipsJpeg: Backing store not supported") == "too_complex")
        #expect(code("VipsForeignLoad: buffer is not in a known format") == "undecodable")
    }
}
