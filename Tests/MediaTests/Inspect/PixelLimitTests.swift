import Testing

@testable import Media

@Suite struct PixelLimitTests {
    @Test("A picture may be as large as the limit and no larger (I8)")
    func edges() throws {
        try PixelLimits().check(facts(.jpeg, 8_000, 5_000))
        try PixelLimits().check(facts(.png, 16_384, 2_441))
        #expect(throws: PixelLimit.pixelCount(40_000_000)) { try PixelLimits().check(facts(.jpeg, 8_001, 5_000)) }
        #expect(throws: PixelLimit.side(16_384)) { try PixelLimits().check(facts(.gif, 16_385, 1)) }
    }

    @Test("Scans are limited in number and by the pixels they go over (I8)")
    func scans() throws {
        var facts = facts(.jpeg, 4_000, 3_000)
        facts.isProgressive = true
        facts.scanCount = 50
        try PixelLimits().check(facts)
        facts.scanCount = 51
        #expect(throws: PixelLimit.scans(100)) { try PixelLimits().check(facts) }
    }

    @Test("A PNG that must be held whole is limited by its bytes (I8)")
    func held() throws {
        var facts = facts(.png, 4_000, 4_000)
        facts.componentCount = 4
        try PixelLimits().check(facts)
        facts.isInterlaced = true
        try PixelLimits().check(facts)
        facts.bitDepth = 16
        #expect(throws: PixelLimit.heldBytes(64_000_000)) { try PixelLimits().check(facts) }
    }

    private func facts(_ format: FileKind, _ width: Int, _ height: Int) -> ImageFacts {
        var facts = ImageFacts(format: format)
        facts.storedWidth = width
        facts.storedHeight = height
        return facts
    }
}
