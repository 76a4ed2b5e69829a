import Fixtures
import TestSupport
import Testing

@testable import Pictures

@Suite(.timeLimit(.standard)) struct ImageLimitTests {
    @Test("A picture may be as large as the limit and no larger (I8)")
    func edges() throws {
        try ImageLimits().check(facts(.jpeg, 12_000, 10_000))
        try ImageLimits().check(facts(.png, 65_500, 1_832))
        try ImageLimits().check(facts(.webp, 8_000, 5_000))
        #expect(throws: ImageLimitExceeded.pixelCount(120_000_000)) {
            try ImageLimits().check(facts(.jpeg, 12_001, 10_000))
        }
        #expect(throws: ImageLimitExceeded.pixelCount(40_000_000)) {
            try ImageLimits().check(facts(.webp, 8_001, 5_000))
        }
        #expect(throws: ImageLimitExceeded.side(65_500)) { try ImageLimits().check(facts(.gif, 65_501, 1)) }
        #expect(throws: ImageLimitExceeded.side(65_500)) { try ImageLimits().check(facts(.heif, .max, .max)) }
    }

    @Test("An exceeded limit has a code, and a sentence with its value")
    func words() {
        #expect(ImageLimitExceeded.side(65_500).code == .tooLarge)
        #expect(ImageLimitExceeded.side(65_500).description.contains("65500 pixels"))
        #expect(ImageLimitExceeded.pixelCount(120_000_000).code == .tooLarge)
        #expect(ImageLimitExceeded.pixelCount(120_000_000).description.contains("120 million pixels"))
        #expect(ImageLimitExceeded.decoderByteCount(80_000_000, .gif).code == .tooLarge)
        #expect(ImageLimitExceeded.scanCount(100).code == .tooComplex)
        #expect(ImageLimitExceeded.scanCount(100).description.contains("100 scans"))
    }

    @Test("Scans are limited in number and in total pixels (I8)")
    func scans() throws {
        var large = facts(.jpeg, 4_000, 3_000)
        large.scanCount = 50
        try ImageLimits().check(large)
        large.scanCount = 51
        #expect(throws: ImageLimitExceeded.scanMegapixels(600)) { try ImageLimits().check(large) }
        var small = facts(.jpeg, 40, 30)
        small.scanCount = 100
        try ImageLimits().check(small)
        small.scanCount = 101
        #expect(throws: ImageLimitExceeded.scanCount(100)) { try ImageLimits().check(small) }
    }

    @Test(
        "The memory of the decoder is limited, and the error names the kind of picture (I8)",
        arguments: [
            (DecoderMemoryModel.interlacedPNG, 20_000_000, "an interlaced PNG"), (.gif, 10_000_000, "a GIF"),
            (.losslessWebP, 20_000_000, "a lossless WebP"), (.animatedWebP, 10_000_000, "an animated WebP"),
            (.heif, 24_615_000, "a HEIF or AVIF picture"),
        ]
    )
    func decoderLoads(load: DecoderMemoryModel, pixelCount: Int, name: String) throws {
        var facts = facts(.png, 5_000, pixelCount / 5_000)
        facts.componentCount = 4
        switch load {
        case .interlacedPNG: facts.isInterlaced = true
        case .gif: facts.format = .gif
        case .heif: facts.format = .heif
        default: facts.format = .webp
        }
        facts.isLossless = load == .losslessWebP
        facts.isAnimated = load == .animatedWebP
        #expect(facts.decoderMemoryModel == load)
        try ImageLimits().check(facts)
        facts.storedHeight += 1
        let refusal = ImageLimitExceeded.decoderByteCount(80_000_000, load)
        #expect(throws: refusal) { try ImageLimits().check(facts) }
        #expect(
            refusal.description == "Decoding \(name) of this size takes more than 80 MB of memory."
        )
    }

    @Test("A HEIC with alpha, or with more than 8 bits, is held twice (I8)")
    func deepHEIC() throws {
        var clear = facts(.heif, 4_000, 3_077)
        clear.hasAlpha = true
        var deep = facts(.avif, 4_000, 3_077)
        deep.bitDepth = 10
        for var facts in [clear, deep] {
            #expect(throws: ImageLimitExceeded.decoderByteCount(80_000_000, .heif)) { try ImageLimits().check(facts) }
            facts.storedHeight = 3_076
            try ImageLimits().check(facts)
        }
    }

    @Test("An animated GIF is held once more than a static one (I8)")
    func movingGIF() throws {
        var facts = facts(.gif, 2_500, 2_666)
        facts.isAnimated = true
        try ImageLimits().check(facts)
        facts.storedHeight += 1
        #expect(throws: ImageLimitExceeded.decoderByteCount(80_000_000, .gif)) { try ImageLimits().check(facts) }
    }

    @Test("16 bits a channel take twice as much")
    func sixteenBits() {
        var facts = facts(.png, 1_000, 1_000)
        facts.isInterlaced = true
        #expect(facts.decoderByteCount == 3_000_000)
        facts.bitDepth = 16
        #expect(facts.decoderByteCount == 6_000_000)
        facts.isInterlaced = false
        #expect(facts.decoderByteCount == 1_000 * 3 * 340)
    }

    @Test("Pictures decoded by rows are measured by row length, and low ones by their number of rows")
    func longRows() throws {
        var panorama = facts(.png, 65_500, 1_800)
        (panorama.componentCount, panorama.hasAlpha) = (4, true)
        try ImageLimits().check(panorama)
        panorama.bitDepth = 16
        #expect(throws: ImageLimitExceeded.decoderByteCount(80_000_000, .rows)) { try ImageLimits().check(panorama) }
        panorama.storedHeight = 300
        try ImageLimits().check(panorama)
        #expect(facts(.jpeg, 65_500, 3).decoderByteCount == 65_500 * 3 * 3)
    }

    @Test("Pictures decoded by rows take little memory whatever their height, and so does a lossy WebP")
    func rows() throws {
        for format in [FileKind.jpeg, .png] {
            #expect(facts(format, 1_080, 65_500).decoderByteCount < 1_000_000)
            #expect(facts(format, 12_000, 9_000).decoderByteCount < 10_000_000)
        }
        var webp = facts(.webp, 8_000, 5_000)
        #expect(webp.decoderByteCount == 60_000_000)
        webp.hasAlpha = true
        #expect(throws: ImageLimitExceeded.decoderByteCount(80_000_000, .lossyWebP)) { try ImageLimits().check(webp) }
        webp.storedHeight = 2_000
        try ImageLimits().check(webp)
    }

    @Test(
        "A progressive JPEG is measured by its coefficients (I8)",
        arguments: [
            // 24 megapixels with reduced colour, with full colour, and 36 with reduced colour.
            (6_000, 4_000, [0x22, 0x11, 0x11], true), (6_000, 4_000, [0x11, 0x11, 0x11], false),
            (7_200, 5_000, [0x22, 0x11, 0x11], false),
        ] as [(Int, Int, [UInt8], Bool)]
    )
    func progressive(width: Int, height: Int, sampling: [UInt8], isAllowed: Bool) throws {
        typealias Make = PictureBytes
        let bytes = Make.jpeg(Make.frame(0xC2, width: width, height: height, sampling: sampling), Make.scan())
        let found = try #require(try PicturesTests.facts(.jpeg, bytes))
        let refused = (try? ImageLimits().check(found)) == nil
        #expect(refused == !isAllowed)
    }

    @Test("Impossible sizes do not overflow (I6)")
    func overflow() {
        for format in FileKind.allCases {
            var facts = facts(format, .max, .max)
            facts.isInterlaced = true
            #expect(facts.decoderByteCount > 1 << 60)
        }
    }

    private func facts(_ format: FileKind, _ width: Int, _ height: Int) -> ImageFacts {
        var facts = ImageFacts(format: format)
        facts.storedWidth = width
        facts.storedHeight = height
        return facts
    }
}
