import Fixtures
import TestSupport
import Testing

@testable import Pictures

/// Files made of the smallest pieces that cost a parser something.
@Suite(.timeLimit(.standard)) struct ManyPiecesTests {
    private typealias Make = PictureBytes

    /// What is quadratic in this does not end within the limit.
    private static let byteCount = 1 << 20

    private static let files: [(name: String, start: [UInt8], piece: [UInt8])] = [
        ("JPEG of comments", [0xFF, 0xD8], Make.segment(0xFE, [])),
        ("JPEG of XMP", [0xFF, 0xD8], Make.segment(0xE1, Array("http://ns.adobe.com/xap/1.0/\0".utf8))),
        ("JPEG of EXIF", [0xFF, 0xD8], Make.exifSegment(orientation: 6)),
        ("JPEG of scans", [0xFF, 0xD8], Make.scan()),
        ("JPEG of markers", [0xFF, 0xD8], [0xFF]),
        ("PNG of text", png, Make.chunk("tEXt")), ("PNG of EXIF", png, Make.chunk("eXIf", Make.exif(orientation: 6))),
        ("PNG of XMP", png, Make.chunk("iTXt", Array("XML:com.adobe.xmp\0G".utf8))),
        ("PNG of pixels and text", png, Make.chunk("IDAT") + Make.chunk("tEXt")),
        ("GIF of comments", gif, [0x21, 0xFE, 0]), ("GIF of blocks", gif + [0x21, 0xFE], [1, 1]),
        ("GIF of frames", gif, Make.image(width: 1, height: 1)),
        ("WebP of chunks", webp, Make.riffChunk("what", [])), ("WebP of XMP", webp, Make.riffChunk("XMP ", [0x47])),
        ("HEIF of boxes", Make.brands("heic"), Make.box("what")),
        ("HEIF of items", Make.brands("heic") + [0x7F, 0, 0, 0] + Array("meta".utf8) + [0, 0, 0, 0], itemBox),
        ("HEIF of places", Make.brands("heic"), Make.fullBox("meta", places)),
        ("HEIF of films", Make.brands("msf1"), Make.box("moov", Make.box("trak", Make.box("udta")))),
    ]

    private static let png = Array(Make.png(Make.header(width: 1, height: 1)).dropLast(12))
    private static let gif = Array(Make.gif(width: 1, height: 1).dropLast())
    private static let webp = Array("RIFF".utf8) + [0xFF, 0xFF, 0xFF, 0x7F] + Array("WEBP".utf8)
    private static let itemBox = Make.fullBox("infe", version: 2, [0, 1, 0, 0], Array("mime".utf8), [0, 0])
    /// A list of places for two items, the second of as many extents as can be told without a byte for each.
    private static let places = Make.fullBox("iloc", [0, 0], [0, 2], [0, 1, 0, 0, 0, 1], [0, 2, 0, 0, 0xFF, 0xFF])

    @Test("The cost of a file is proportional to its length (I8)", arguments: files.map(\.name))
    func linear(name: String) throws {
        let file = try #require(Self.files.first { $0.name == name })
        let count = (Self.byteCount - file.start.count) / file.piece.count
        let bytes = file.start + (0..<count).flatMap { _ in file.piece }
        let kind = try #require(FileKind(signature: bytes))
        _ = try? facts(kind, bytes)
        #expect(PNGChunkFilter.keptRanges(of: bytes).count < 12)
        var source = BufferedFileReader(bytes)
        do {
            let plan = try MetadataStripper.plan(for: kind, &source)
            #expect(plan.map { $0.pieces.count <= 2 * StripEdits.countLimit + 1 } ?? true)
        } catch {
            #expect(error == .segmentCount(StripEdits.countLimit))
        }
    }
}
