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

    @Test("A picture that gets too heavy is tried in few ways, lossless ones without loss first (I8)")
    func attempts() {
        let photograph = Encoding(isTransparent: false, isLosslessSource: false)
        #expect(photograph.attempts(isLosslessSource: false).map(\.quality) == [80, 65, 50])
        let drawing = Encoding(isTransparent: false, isLosslessSource: true)
        let attempts = drawing.attempts(isLosslessSource: true)
        #expect(attempts.map(\.isLossless) == [false, true, false, false])
        #expect(attempts.map(\.format) == [.jpg, .webp, .jpg, .jpg])
    }

    @Test("A size that is left out, because it would be too heavy, is served by the next smaller one")
    func leftOut() {
        let plan = VariantPlan(longestSide: 3_000)
        func variant(_ size: VariantSize) -> RenderedVariant {
            RenderedVariant(size: size, fileSize: size, format: .jpg, width: 1, height: 1, byteCount: 1)
        }
        let made: [VariantSize: RenderedVariant] = [.thumbnail: variant(.thumbnail), .medium: variant(.medium)]
        #expect(plan.answer(made).map(\.fileSize) == [.thumbnail, .medium, .medium])
        #expect(plan.answer(made).map(\.size) == [.thumbnail, .medium, .large])
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
