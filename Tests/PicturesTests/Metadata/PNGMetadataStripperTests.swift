import Fixtures
import TestSupport
import Testing

@testable import Pictures

@Suite(.timeLimit(.standard)) struct PNGMetadataStripperTests {
    private typealias Make = PictureBytes

    private static let header = Make.header(width: 30, height: 20)
    private static let pixels = Make.chunk("IDAT", [1, 2, 3])

    @Test("Pixels, colours, animation and critical chunks are kept")
    func chunks() throws {
        let kept = [
            "PLTE", "tRNS", "acTL", "fcTL", "iCCP", "gAMA", "cHRM", "sRGB", "pHYs", "sBIT", "bKGD", "hIST", "cICP",
            "mDCV", "cLLI", "fdAT", "QQQQ",
        ].flatMap { Make.chunk($0, [1]) }
        let gone = ["tEXt", "zTXt", "iTXt", "tIME", "sPLT", "prVW", "iDOT", "caBX", "saFe"].flatMap {
            Make.chunk($0, [2])
        }
        let file = try StrippedFile(Make.png(Self.header, gone, kept, gone, Self.pixels, gone) + [7, 7])
        #expect(file.bytes == Make.png(Self.header, kept, Self.pixels))
        #expect(file.removed == [.other, .text, .time, .trailer])
    }

    @Test("Compressed pixels and checksums are unchanged, and the checksum of the new block is correct")
    func checksums() throws {
        let file = try StrippedFile("phone.png")
        let before = chunks(of: file.original)
        for (type, bytes) in chunks(of: file.bytes) {
            if type == "eXIf" {
                #expect(bytes == Make.chunk("eXIf", EXIFBlock.minimal(orientation: 6)))
            } else {
                #expect(before.contains { $0 == (type, bytes) })
            }
        }
    }

    @Test("Metadata in text chunks is reported by its own name")
    func rawProfiles() throws {
        func removed(_ keyword: String) throws -> [RemovedMetadata] {
            let text = Make.chunk("zTXt", Array("\(keyword)\0\0".utf8))
            return try StrippedFile(Make.png(Self.header, text, Self.pixels)).removed
        }
        #expect(try removed("Raw profile type exif") == [.exif])
        #expect(try removed("Raw profile type iptc") == [.iptc])
        #expect(try removed("Raw profile type xmp") == [.xmp])
        #expect(try removed("Author") == [.text])
    }

    @Test("An EXIF block without an orientation is removed, and one with only an orientation is kept")
    func exif() throws {
        let (one, six) = (Make.chunk("eXIf", Make.exif(orientation: 1)), Make.chunk("eXIf", Make.exif(orientation: 6)))
        #expect(try StrippedFile(Make.png(Self.header, one, Self.pixels)).bytes == Make.png(Self.header, Self.pixels))
        #expect(try StrippedFile(Make.png(Self.header, six, Self.pixels)).removed == [])
        #expect(try StrippedFile(Make.png(Self.header, Self.pixels, six)).removed == [])
        let late = Make.chunk("eXIf", Make.exif(orientation: 6) + Array("Secret".utf8))
        let file = try StrippedFile(Make.png(Self.header, Self.pixels, late))
        let minimal = Make.chunk("eXIf", EXIFBlock.minimal(orientation: 6))
        #expect(file.bytes == Make.png(Self.header, Self.pixels, minimal))
    }

    @Test("A truncated file loses the recognised metadata")
    func cut() throws {
        let text = Make.chunk("tEXt", Array("Author\0Name".utf8))
        let whole = Make.png(Self.header, text, Self.pixels, text)
        let start = Make.png(Self.header).count - 12
        for length in start...whole.count {
            let file = try StrippedFile(Array(whole.prefix(length)))
            #expect(!file.contains("Name") && !file.contains("Auth"))
        }
    }

    private func chunks(of bytes: [UInt8]) -> [(FourCC, [UInt8])] {
        var source = BufferedFileReader(bytes)
        var chunks = PNGChunks()
        var found: [(FourCC, [UInt8])] = []
        while let chunk = chunks.next(&source) {
            found.append((chunk.type, Array(bytes[chunk.start..<min(chunk.end, bytes.count)])))
            if chunk.type == "IEND" { break }
        }
        return found
    }
}
