import Pictures
import TestSupport
import Testing
import Vocabulary

@Suite(.timeLimit(.standard)) struct VariantFileTests {
    @Test("The name of a variant can be parsed")
    func variantName() {
        let id = BlobID.random()
        for file in VariantFile.all(of: id) { #expect(VariantFile(name: file.name) == file) }
        #expect(VariantFile.animated(id).name == "\(id).animated.webp")
        #expect(VariantFile.all(of: id).contains(.animated(id)))
    }

    @Test(
        "Other names are not those of variants",
        arguments: [
            "0f9619ff-8b86-4d01-b42d-00cf4fc964ff", "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.150",
            "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.151.jpg", "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.150.png",
            "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.0150.jpg", "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.150.jpg.part",
            "0f9619ff-8b86-4d01-b42d-00cf4fc964ff..jpg", "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.animated",
            "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.animated.jpg", "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.Animated.webp",
            "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.animated.150.webp",
        ]
    )
    func strictVariantName(name: String) {
        #expect(VariantFile(name: name) == nil)
    }
}
