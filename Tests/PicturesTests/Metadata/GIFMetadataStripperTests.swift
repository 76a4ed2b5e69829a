import Fixtures
import TestSupport
import Testing

@Suite(.timeLimit(.standard)) struct GIFMetadataStripperTests {
    private typealias Make = PictureBytes

    private static let image = Make.image(width: 5, height: 5)

    @Test("Frames, control blocks, repeat count and profile are kept, everything else is removed")
    func blocks() throws {
        let kept =
            application("NETSCAPE2.0", [3, 1, 0, 0, 0]) + application("ANIMEXTS1.0", [3, 1, 0, 0, 0])
            + application("ICCRGBG1012", [1, 7, 0]) + Make.control(delay: 3)
        let gone =
            [0x21, 0xFE, 2, 1, 1, 0] + [0x21, 0x01, 1, 1, 0] + application("MGK8BIM0000", [1, 1, 0])
            + [0x21, 0x77, 1, 1, 0]
        let file = try StrippedFile(Make.gif(width: 5, height: 5, gone, kept, gone, Self.image, gone) + [9, 9])
        #expect(file.bytes == Make.gif(width: 5, height: 5, kept, Self.image))
        #expect(file.removed == [.comment, .other, .text, .trailer])
    }

    @Test("XMP is removed, although it is not split into sub-blocks")
    func xmp() throws {
        let packet = Array("<x GPSLatitude=\"1\"/>".utf8) + [1] + (0...255).reversed() + [0]
        let file = try StrippedFile(Make.gif(width: 5, height: 5, application("XMP DataXMP", packet), Self.image))
        #expect(file.bytes == Make.gif(width: 5, height: 5, Self.image))
        #expect(file.removed == [.gps, .xmp])
    }

    @Test("A truncated or malformed file loses the metadata before the defect")
    func malformed() throws {
        let comment: [UInt8] = [0x21, 0xFE, 3, 1, 2, 3, 0]
        let whole = Make.gif(width: 5, height: 5, comment, Self.image)
        let clean = Array(Make.gif(width: 5, height: 5, Self.image).dropLast(2))
        #expect(try StrippedFile(Array(whole.dropLast(2))).bytes == clean)
        #expect(try StrippedFile(Array(whole.prefix(17))).bytes == Array(whole.prefix(13)))
        let odd = Make.gif(width: 5, height: 5, comment, Self.image, [0x99], comment)
        #expect(try StrippedFile(odd).bytes == Make.gif(width: 5, height: 5, Self.image, [0x99], comment))
    }

    private func application(_ name: String, _ data: [UInt8]) -> [UInt8] {
        [0x21, 0xFF, 11] + Array(name.utf8) + data
    }
}
