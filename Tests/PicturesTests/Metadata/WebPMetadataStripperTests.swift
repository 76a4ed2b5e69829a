import Fixtures
import TestSupport
import Testing

@Suite(.timeLimit(.standard)) struct WebPMetadataStripperTests {
    private typealias Make = PictureBytes

    private static let pixels = Make.lossy(width: 32, height: 16)

    @Test("Metadata is removed, its flags are cleared, and the length of the file is corrected")
    func chunks() throws {
        let (profile, xmp) = (Make.riffChunk("ICCP", [1, 2, 3]), Make.riffChunk("XMP ", Array("GPSLatitude".utf8)))
        let (exif, other) = (Make.riffChunk("EXIF", Make.exif(orientation: 1)), Make.riffChunk("what", [1]))
        let before = Make.webp(header(flags: 0x2C), profile, other, Self.pixels, exif, xmp) + [9, 9, 9]
        let file = try StrippedFile(before)
        #expect(file.bytes == Make.webp(header(flags: 0x20), profile, Self.pixels))
        #expect(file.removed == [.exif, .gps, .other, .trailer, .xmp])
    }

    @Test("Only the orientation is kept, and announced")
    func orientation() throws {
        let exif = Make.riffChunk("EXIF", Array("Exif\0\0".utf8) + Make.exif(orientation: 6) + Array("more".utf8))
        let xmp = Make.riffChunk("XMP ", [1])
        let file = try StrippedFile(Make.webp(header(flags: 0x0C), Self.pixels, exif, exif, xmp))
        let minimal = Make.riffChunk("EXIF", Make.exif(orientation: 6))
        #expect(file.bytes == Make.webp(header(flags: 0x08), Self.pixels, minimal))
    }

    @Test("Every frame of an animation is kept")
    func animation() throws {
        let control = Make.riffChunk("ANIM", [0, 0, 0, 0, 0, 0])
        let frame = Make.animationFrame(width: 32, height: 16, milliseconds: 40, Self.pixels)
        let xmp = Make.riffChunk("XMP ", [1])
        let file = try StrippedFile(Make.webp(header(flags: 0x06), control, frame, frame, xmp))
        #expect(file.bytes == Make.webp(header(flags: 0x02), control, frame, frame))
    }

    @Test("A simple file, which cannot announce metadata, loses it too")
    func simple() throws {
        let exif = Make.riffChunk("EXIF", Make.exif(orientation: 6))
        #expect(try StrippedFile(Make.webp(Self.pixels, exif)).bytes == Make.webp(Self.pixels))
    }

    @Test("A truncated file loses the recognised metadata, and remains truncated")
    func cut() throws {
        let xmp = Make.riffChunk("XMP ", Array("a name and a place".utf8))
        let whole = Make.webp(header(flags: 4), xmp, Self.pixels, xmp)
        let file = try StrippedFile(Array(whole.dropLast(5)))
        #expect(!file.contains("a name"))
        #expect(file.bytes.suffix(8) == xmp.prefix(8))
        #expect(try facts(.webp, file.bytes)?.width == 32)
    }

    @Test("A header without flags is not corrected")
    func emptyHeader() throws {
        let header = Make.riffChunk("VP8X", [])
        let file = try StrippedFile(Make.webp(header, Make.riffChunk(",,,,", [1]), Self.pixels))
        #expect(file.bytes == Make.webp(header, Self.pixels))
    }

    @Test("A padding byte after the length is not a trailer")
    func padding() throws {
        var bytes = Make.webp(Make.riffChunk("VP8 ", Array(Self.pixels.dropFirst(8)) + [7]))
        bytes[4] -= 1
        #expect(try StrippedFile(bytes).bytes == bytes)
    }

    private func header(flags: UInt8) -> [UInt8] { Make.extended(width: 32, height: 16, flags: flags) }
}
