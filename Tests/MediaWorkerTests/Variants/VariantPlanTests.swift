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
