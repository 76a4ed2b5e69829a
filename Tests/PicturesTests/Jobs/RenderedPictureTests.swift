import FoundationEssentials
import Pictures
import TestSupport
import Testing
import Vocabulary

@Suite(.timeLimit(.standard)) struct RenderedPictureTests {
    private func variant(_ size: VariantSize, by fileSize: VariantSize, width: Int = 96) -> RenderedVariant {
        RenderedVariant(size: size, fileSize: fileSize, format: .jpg, width: width, height: 64, byteCount: 9)
    }

    private func isConsistent(_ variants: [RenderedVariant], placeholder: Int = 25) -> Bool {
        RenderedPicture(variants: variants, placeholder: Data(repeating: 1, count: placeholder)).isConsistent
    }

    @Test("I6: the reported sizes must be consistent")
    func sizes() {
        let (small, medium) = (variant(.thumbnail, by: .thumbnail), variant(.medium, by: .medium, width: 500))
        #expect(isConsistent([small, small.serving(.medium), small.serving(.large)]))
        #expect(isConsistent([small, medium, medium.serving(.large)]))
        #expect(!isConsistent([]))
        #expect(!isConsistent([small, medium]))
        #expect(!isConsistent([small, small, small]))
        #expect(!isConsistent([small, medium, variant(.large, by: .medium, width: 501)]), "another width")
        #expect(!isConsistent([small, small.serving(.medium), variant(.large, by: .medium)]), "no file of its own")
        #expect(!isConsistent([variant(.thumbnail, by: .medium), medium, medium.serving(.large)]), "a larger file")
        #expect(!isConsistent([small, small.serving(.medium), small.serving(.large)], placeholder: 26))
        #expect(!isConsistent([small, small.serving(.medium), small.serving(.large)], placeholder: 4))
    }
}
