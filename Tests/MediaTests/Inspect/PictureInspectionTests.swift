import Fixtures
import Media
import Mutation
import Pictures
import TestSupport
import Testing

@Suite("Inspection of headers", .timeLimit(.standard))
struct PictureInspectionTests {
    @Test(
        "A file with a patched size is not given to the decoder (I8)",
        arguments: ["textured.jpg", "progressive.jpg"]
    )
    func patched(name: String) throws {
        var bytes = try Fixture.bytes(name)
        let frame = try #require(bytes.indices.first { bytes[$0] == 0xFF && [0xC0, 0xC2].contains(bytes[$0 + 1]) })
        bytes.replaceSubrange(frame + 5..<frame + 9, with: PictureBytes.big(65_500, 2) + PictureBytes.big(65_500, 2))
        var source = BufferedFileReader(bytes)
        let inspection = try Inspector().inspect(&source)
        let limit = name == "textured.jpg" ? 120_000_000 : 40_000_000
        #expect(inspection.exceededLimit == .pixelCount(limit) && !inspection.isImage)
    }

    @Test("A picture with uncompressed text of any usual size is accepted")
    func photoshopText() throws {
        let text = Array("XML:com.adobe.xmp\0\0\0\0\0".utf8) + [UInt8](repeating: 0x20, count: 40_000)
        var source = BufferedFileReader(
            PictureBytes.png(PictureBytes.header(width: 96, height: 64), PictureBytes.chunk("iTXt", text))
        )
        let inspection = try Inspector().inspect(&source)
        #expect(inspection.facts?.width == 96)
    }

    @Test(
        "A picture with compressed text is accepted, since no decoder reads it",
        arguments: ["text-bomb.png", "text.png"]
    )
    func compressedText(name: String) throws {
        var source = BufferedFileReader(try Fixture.bytes(name))
        #expect(try Inspector().inspect(&source).isImage)
    }

    @Test(
        "Sizes beyond the limits are detected in the header (I8)",
        arguments: [(65_501, 1), (Int(Int32.max), Int(Int32.max)), (Int(UInt32.max), Int(UInt32.max))]
    )
    func sides(width: Int, height: Int) throws {
        var source = BufferedFileReader(
            PictureBytes.png(PictureBytes.header(width: width, height: height, bitDepth: 1, colourType: 0))
        )
        #expect(try Inspector().inspect(&source).exceededLimit == .side(65_500))
    }

    @Test(
        "Pictures of phones are read where their formats are enabled",
        arguments: [
            ("picture.heic", FileKind.heif, "image/heic"), ("picture.avif", .avif, "image/avif"),
            ("turned.avif", .avif, "image/avif"),
        ]
    )
    func enabled(name: String, kind: FileKind, mediaType: String) throws {
        var source = BufferedFileReader(try Fixture.bytes(name))
        let inspection = try Inspector(formats: Set(FileKind.allCases)).inspect(&source)
        #expect(inspection.mediaType == mediaType)
        let facts = try #require(inspection.facts)
        #expect((facts.format, facts.bitDepth, facts.isAnimated, facts.frameCount) == (kind, 8, false, 1))
        // The decoder turns the picture itself, so that nobody else may.
        let size = name == "picture.avif" ? (48, 32) : (96, 64)
        #expect((facts.width, facts.height) == size)
        #expect(facts.orientation == 1)
    }

    @Test("One format may be enabled without the other; a picture of the other is a file of its own type")
    func disabled() throws {
        let inspector = try Inspector(formats: [.jpeg, .avif])
        var heic = BufferedFileReader(try Fixture.bytes("picture.heic"))
        let plain = try inspector.inspect(&heic)
        #expect((plain.mediaType, plain.isImage, plain.isDamaged) == ("image/heic", false, false))
        var avif = BufferedFileReader(try Fixture.bytes("picture.avif"))
        #expect(try inspector.inspect(&avif).isImage)
        var png = BufferedFileReader(try Fixture.bytes("plain.png"))
        let other = try inspector.inspect(&png)
        #expect((other.mediaType, other.isImage, other.isDamaged) == ("image/png", false, false))
    }
}

@Suite(.timeLimit(.standard)) struct MutationTests {
    private static let roundCount = 3_000

    @Test("No damaged file crashes a parser or breaks its rules (I6)", arguments: Subject.allCases)
    func mutated(subject: Subject) throws {
        let mutator = Mutator(corpus: try subject.corpus)
        let check = try subject.makeCheck()
        for round in 0..<Self.roundCount {
            // Throws what was broken; `snug-fuzz` plays the round again.
            try check(mutator.file(seed: 0x5EED, round: round))
        }
    }

    @Test("The same seed and round give the same file, and others give another")
    func seeded() throws {
        let mutator = Mutator(corpus: try Subject.headers.corpus)
        #expect(mutator.file(seed: 1, round: 2) == mutator.file(seed: 1, round: 2))
        let files = Set((0..<100).map { mutator.file(seed: 1, round: $0) })
        #expect(files.count > 90)
    }
}
