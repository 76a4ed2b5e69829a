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

    private func attempts(
        of source: Encoding.Source,
        isTransparent: Bool = false,
        isShrunk: Bool = false,
        _ size: VariantSize = .large,
        pixelCount: Int = 1
    ) -> [Encoding] {
        Encoding.attempts(
            for: size,
            of: source,
            isTransparent: isTransparent,
            isShrunk: isShrunk,
            pixelCount: pixelCount
        )
    }

    @Test("WebP is for transparency, full chroma for drawings, no loss for drawings that something shines through")
    func encodings() {
        #expect(attempts(of: .lossy).first == .jpeg(80))
        #expect(attempts(of: .lossless).first == .jpeg(85, hasFullChroma: true))
        #expect(attempts(of: .flat).first == .jpeg(85, hasFullChroma: true))
        #expect(attempts(of: .lossy, isTransparent: true).first == .webP(78))
        #expect(attempts(of: .lossless, isTransparent: true).first == .webP(78))
        #expect(attempts(of: .flat, isTransparent: true).first == .lossless)
        #expect(attempts(of: .flat, isTransparent: true, isShrunk: true).first == .webP(78))
    }

    @Test("A picture that gets too heavy is tried in few ways, drawings without loss before with more (I8)")
    func attempts() {
        #expect(attempts(of: .lossy).map(\.quality) == [80, 65, 50])
        #expect(attempts(of: .flat).map(\.isLossless) == [false, true, false, false])
        #expect(attempts(of: .flat).map(\.format) == [.jpg, .webp, .webp, .webp])
        for source in [Encoding.Source.lossy, .lossless, .flat] {
            for isTransparent in [false, true] {
                for size in VariantSize.allCases {
                    let attempts = attempts(of: source, isTransparent: isTransparent, isShrunk: true, size)
                    #expect(attempts.count <= 4)
                    #expect(attempts.allSatisfy { $0.format == .webp } || !isTransparent)
                    #expect(attempts.contains(.lossless) || size != .thumbnail)
                }
            }
        }
    }

    @Test("Encoding without loss, which takes memory for each pixel, is not tried on the largest but flat ones (I8)")
    func largest() {
        let screen = 1_920 * 1_440
        let square = 1_920 * 1_920
        for isTransparent in [false, true] {
            for source in [Encoding.Source.lossless, .flat] {
                func encodings(isShrunk: Bool, _ pixelCount: Int) -> [Encoding] {
                    attempts(of: source, isTransparent: isTransparent, isShrunk: isShrunk, pixelCount: pixelCount)
                }
                #expect(encodings(isShrunk: true, screen).contains(.lossless))
                #expect(!encodings(isShrunk: true, square).contains(.lossless))
                #expect(encodings(isShrunk: true, square).count >= 2)
                #expect(encodings(isShrunk: false, square).contains(.lossless) == (source == .flat))
            }
        }
    }

    @Test("A screenshot is told from a photograph by what a pixel weighs")
    func sources() {
        var facts = ImageFacts(format: .png)
        (facts.storedWidth, facts.storedHeight, facts.isLossless) = (1_000, 1_000, true)
        #expect(Encoding.Source(facts, byteCount: 749_999) == .flat)
        #expect(Encoding.Source(facts, byteCount: 750_000) == .lossless)
        facts.isLossless = false
        #expect(Encoding.Source(facts, byteCount: 1) == .lossy)
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
