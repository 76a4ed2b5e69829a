import Fixtures
import TestSupport
import Testing

@testable import Pictures

@Suite(.timeLimit(.standard)) struct PNGChunkFilterTests {
    private typealias Make = PictureBytes

    private static let header = Make.header(width: 30, height: 20)
    private static let pixels = Make.chunk("IDAT", [1, 2, 3])

    @Test("Only chunks for pixels and their display are kept (I6)")
    func kept() {
        let types = ["PLTE", "tRNS", "gAMA", "cHRM", "sRGB", "cICP", "iCCP", "pHYs", "eXIf"]
        let needed = types.flatMap { Make.chunk($0, [1]) }
        let other = ["tEXt", "zTXt", "iTXt", "sPLT", "tIME", "hIST", "bKGD", "acTL", "fcTL", "prVt", "QQQQ"].flatMap {
            Make.chunk($0, [2])
        }
        let file = Make.png(Self.header, other, needed, Self.pixels, Self.pixels, other) + [7, 7]
        #expect(filtered(file) == Make.png(Self.header, needed, Self.pixels, Self.pixels))
    }

    @Test("A file without other chunks is one range")
    func whole() {
        let file = Make.png(Self.header, Self.pixels)
        #expect(PNGChunkFilter.keptRanges(of: file) == [0..<file.count])
    }

    @Test("The first chunk of each type is kept, and pixels after another chunk are not, as in libpng")
    func first() {
        let file = Make.png(
            Self.header,
            Make.header(width: 9, height: 9),
            Make.chunk("iCCP", [1]),
            Make.chunk("iCCP", [2]),
            Self.pixels,
            Make.chunk("tEXt"),
            Self.pixels
        )
        #expect(filtered(file) == Make.png(Self.header, Make.chunk("iCCP", [1]), Self.pixels))
    }

    @Test("EXIF and profile are kept up to their limits (I8)")
    func limits() {
        for (type, limit) in [("eXIf", 65_536), ("iCCP", 1 << 20)] {
            let largest = Make.chunk(type, [UInt8](repeating: 1, count: limit))
            let larger = Make.chunk(type, [UInt8](repeating: 1, count: limit + 1))
            #expect(filtered(Make.png(Self.header, largest, Self.pixels)).count > limit)
            #expect(filtered(Make.png(Self.header, larger, Self.pixels)) == Make.png(Self.header, Self.pixels))
        }
    }

    @Test("The list stays short however many chunks there are (I8)")
    func short() {
        let many = (0..<10_000).flatMap { _ in Make.chunk("tEXt") + Self.pixels + Make.chunk("pHYs") }
        #expect(PNGChunkFilter.keptRanges(of: Make.png(Self.header, many)).count < 12)
    }

    @Test("A truncated file remains truncated at the same place", arguments: 0...60)
    func cut(length: Int) {
        let file = Array(Make.png(Self.header, Self.pixels).prefix(length))
        let ranges = PNGChunkFilter.keptRanges(of: file)
        // Less than the signature is no PNG, and a chunk without all of its own header is none.
        #expect(ranges.allSatisfy { $0.upperBound <= file.count })
        #expect(ranges.isEmpty == (length < 8))
    }

    @Test("Other files have no ranges")
    func other() throws {
        #expect(PNGChunkFilter.keptRanges(of: try Fixture.bytes("textured.jpg")).isEmpty)
        #expect(PNGChunkFilter.keptRanges(of: []).isEmpty)
    }

    private func filtered(_ file: [UInt8]) -> [UInt8] { PNGChunkFilter.keptRanges(of: file).flatMap { file[$0] } }
}
