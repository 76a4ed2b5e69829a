import Pictures
import TestSupport
import Testing

@Suite("Estimated cost of rendering", .timeLimit(.standard))
struct RenderCostTests {
    private func cost(_ format: FileKind, _ width: Int, _ height: Int, isProgressive: Bool = false) -> Int {
        var facts = ImageFacts(format: format)
        (facts.storedWidth, facts.storedHeight, facts.isProgressive) = (width, height, isProgressive)
        return facts.renderCost
    }

    @Test(
        "It grows with the pixels, each format at its own rate",
        arguments: [
            (FileKind.jpeg, 84), (.png, 312), (.gif, 120), (.webp, 216), (.heif, 720), (.avif, 720),
        ]
    )
    func rates(format: FileKind, milliseconds: Int) {
        #expect(cost(format, 4000, 3000) == milliseconds)
    }

    @Test("A progressive JPEG costs more than twice what a baseline one does")
    func progressive() {
        #expect(cost(.jpeg, 4000, 3000, isProgressive: true) == 192)
    }

    @Test("I8: it has a floor and a ceiling, whatever a header claims")
    func bounds() {
        #expect(cost(.jpeg, 16, 16) == 5)
        #expect(cost(.jpeg, 0, 0) == 5)
        #expect(cost(.png, .max, .max) == 600_000)
        #expect(cost(.png, -1, .max) == 5)
    }
}
