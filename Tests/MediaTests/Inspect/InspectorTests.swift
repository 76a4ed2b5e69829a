import Fixtures
import Kernel
import TestSupport
import Testing

@testable import Media
@testable import Pictures

@Suite(.timeLimit(.standard)) struct InspectorTests {
    private let inspector: Inspector

    init() throws { inspector = try Inspector() }

    @Test("The size of a picture is upright in all orientations", arguments: 1...8)
    func orientations(orientation: Int) throws {
        let facts = try #require(try inspect("orientation-\(orientation).jpg").facts)
        #expect(facts.orientation == orientation)
        #expect((facts.width, facts.height) == (96, 64))
    }

    @Test("The orientation of PNG and WebP is read as well", arguments: ["orientation-6.png", "orientation-6.webp"])
    func otherOrientations(name: String) throws {
        let facts = try #require(try inspect(name).facts)
        #expect(facts.orientation == 6)
        #expect((facts.width, facts.height) == (96, 64))
    }

    @Test(
        "Pictures are recognised by their bytes",
        arguments: [
            ("plain.png", "image/png"), ("alpha.png", "image/png"), ("still.gif", "image/gif"),
            ("lossy.webp", "image/webp"), ("lossless.webp", "image/webp"), ("alpha.webp", "image/webp"),
            ("cmyk.jpg", "image/jpeg"), ("progressive.jpg", "image/jpeg"), ("polyglot.jpg", "image/jpeg"),
        ]
    )
    func pictures(name: String, mediaType: String) throws {
        let inspection = try inspect(name)
        #expect(inspection.mediaType == mediaType)
        #expect(inspection.facts.map(\.hasSize) == true)
    }

    @Test("A picture of which only the beginning exists is damaged, not a file")
    func damaged() throws {
        let inspection = try inspect("signature-only.jpg")
        #expect(inspection.isDamaged)
        #expect(!inspection.isImage)
        #expect(inspection.mediaType == "image/jpeg")
    }

    @Test(
        "Other files remain files, whatever their names (I6)",
        arguments: [
            ("text.jpg", "text/plain"), ("page.jpg", "text/plain"), ("picture.svg", "image/svg+xml"),
            ("picture.tiff", "image/tiff"),
        ]
    )
    func files(name: String, mediaType: String) throws {
        let inspection = try inspect(name)
        #expect(!inspection.isImage)
        #expect(inspection.mediaType == mediaType)
    }

    @Test("When signature and libmagic differ, the file is opaque")
    func disagreement() throws {
        // Signatures of ours with nothing behind them that libmagic would believe.
        for bytes: [UInt8] in [[0xFF, 0xD8, 0xFF], [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]] {
            var source = BufferedFileReader(bytes)
            let inspection = try inspector.inspect(&source)
            #expect(inspection == .file("application/octet-stream"))
        }
    }

    @Test("Animated pictures are recognised", arguments: ["moving.gif", "moving.webp", "moving.png"])
    func moving(name: String) throws {
        let facts = try #require(try inspect(name).facts)
        #expect(facts.isAnimated)
        #expect((facts.width, facts.height) == (48, 32))
    }

    @Test(
        "Static pictures are not animated",
        arguments: ["still.gif", "plain.png", "lossy.webp", "lossless.webp", "alpha.webp"]
    )
    func still(name: String) throws {
        let facts = try #require(try inspect(name).facts)
        #expect(!facts.isAnimated)
        #expect((facts.width, facts.height) == (96, 64))
    }

    @Test("Facts that choose the encoding are read")
    func details() throws {
        #expect(try inspect("progressive.jpg").facts?.isProgressive == true)
        #expect(try inspect("progressive.jpg").facts.map { $0.scanCount > 5 } == true)
        #expect(try inspect("textured.jpg").facts.map { ($0.isProgressive, $0.scanCount) == (false, 1) } == true)
        #expect(try inspect("cmyk.jpg").facts?.componentCount == 4)
        #expect(try inspect("grey.jpg").facts?.componentCount == 1)
        #expect(try inspect("grey-16.png").facts?.bitDepth == 16)
        #expect(try inspect("alpha.png").facts?.hasAlpha == true)
        #expect(try inspect("alpha.webp").facts?.hasAlpha == true)
        #expect(try inspect("lossless.webp").facts?.isLossless == true)
        #expect(try inspect("lossy.webp").facts?.isLossless == false)
    }

    @Test(
        "A truncated picture whose size is known is still a picture",
        arguments: ["cut-in-half.jpg", "header-only.jpg", "cut.png"]
    )
    func truncated(name: String) throws {
        #expect(try inspect(name).facts.map(\.hasSize) == true)
    }

    @Test("A few bytes are not a picture", arguments: [[0xFF], [0xFF, 0xD8], Array("RIFF".utf8)] as [[UInt8]])
    func nearlyEmpty(bytes: [UInt8]) throws {
        var source = BufferedFileReader(bytes)
        #expect(try !inspector.inspect(&source).isImage)
    }

    @Test("A script in a comment, or a file after the picture, does not change its type")
    func polyglots() throws {
        var bytes = try Fixture.bytes("textured.jpg")
        bytes.insert(contentsOf: PictureBytes.segment(0xFE, Array("<script>alert(1)</script>".utf8)), at: 2)
        var source = BufferedFileReader(bytes + Array("PK\u{3}\u{4}".utf8))
        #expect(try inspector.inspect(&source).mediaType == "image/jpeg")
    }

    @Test("A failing disk is not a damaged picture, wherever it fails (I1)", arguments: [0, 65_536, 131_072])
    func readError(offset: Int) throws {
        let comments = (0..<4).flatMap { _ in PictureBytes.segment(0xFE, [UInt8](repeating: 1, count: 60_000)) }
        let bytes = PictureBytes.jpeg(comments, PictureBytes.frame(0xC0, width: 30, height: 20))
        let failure = FileFailure("read", code: 5)
        var source = BufferedFileReader(count: bytes.count) { start, count throws(FileFailure) in
            guard start < offset else { throw failure }
            return Array(bytes[start..<start + count])
        }
        #expect(throws: failure) { try inspector.inspect(&source) }
        var good = BufferedFileReader(bytes)
        #expect(try inspector.inspect(&good).facts?.width == 30)
    }

    private func inspect(_ name: String) throws -> Inspection {
        var source = BufferedFileReader(try Fixture.bytes(name))
        return try inspector.inspect(&source)
    }
}
