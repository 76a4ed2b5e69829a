import Fixtures
import TestSupport
import Testing

@testable import Pictures

@Suite(.timeLimit(.standard)) struct HEIFHeaderTests {
    private typealias Make = PictureBytes

    @Test("An overlay is not given to a decoder, wherever the file declares it (I6)")
    func overlay() throws {
        let items = Make.items([Make.size(40, 30)])
        let overlay = Make.fullBox("infe", version: 2, Make.big(1, 2), Make.big(0, 2), Array("iovl".utf8), [0])
        let list = Make.fullBox("iinf", Make.big(1, 2), overlay)
        #expect(try facts(.heif, Make.brands("heic") + items) != nil)
        #expect(try facts(.heif, Make.brands("heic") + Make.fullBox("meta", list) + items) == nil)
        #expect(try facts(.heif, Make.brands("heic") + items + Make.box("free") + Make.fullBox("meta", list)) == nil)
        // What lies in the pictures' own bytes says nothing.
        #expect(try facts(.heif, Make.brands("heic") + items + Make.box("mdat", Array("iovl".utf8))) != nil)
    }

    @Test("A sequence is recognised by its brand, and counted and timed by its track")
    func sequence() throws {
        let found = try #require(try facts(.avif, try Fixture.bytes("moving.avif")))
        #expect((found.width, found.height, found.isAnimated) == (48, 32, true))
        #expect((found.frameCount, found.durationMilliseconds) == (3, 300))
    }

    @Test("With a brand that both formats share, the other brands decide")
    func brands() {
        #expect(FileKind(signature: Make.brands("mif1", "mif1", "heic")) == .heif)
        #expect(FileKind(signature: Make.brands("mif1", "miaf", "avif")) == .avif)
        #expect(FileKind(signature: Make.brands("msf1", "avis")) == .avif)
        #expect(FileKind(signature: Make.brands("isom", "heic")) == nil)
    }

    @Test("Rotations and crops are applied in order")
    func transformations() throws {
        let crop = Make.box("clap", [30, 1, 40, 2].flatMap { Make.big($0, 4) }, [UInt8](repeating: 0, count: 16))
        #expect(try size(Make.size(100, 50)) == [100, 50])
        #expect(try size(Make.size(100, 50), Make.box("irot", [1])) == [50, 100])
        #expect(try size(Make.size(100, 50), Make.box("irot", [2])) == [100, 50])
        #expect(try size(Make.size(100, 50), Make.box("irot", [3]), Make.box("imir", [1])) == [50, 100])
        #expect(try size(Make.size(100, 50), crop, Make.box("irot", [1])) == [20, 30])
        #expect(try size(Make.box("irot", [1])) == [])
        #expect(try size() == [])
    }

    /// Upright pixels of a file whose one item has these properties.
    private func size(_ properties: [UInt8]...) throws -> [Int] {
        let found = try facts(.heif, Make.brands("heic") + Make.items(properties))
        return found.map { [$0.width, $0.height] } ?? []
    }

    @Test("Bits and channels are from the properties of the primary picture", arguments: [8, 10, 12])
    func depth(bits: UInt8) throws {
        let depth = Make.fullBox("pixi", [3, bits, bits, bits])
        let alpha = Make.fullBox("auxC", Array("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0".utf8))
        let bytes = Make.brands("avif") + Make.items([Make.size(30, 20), depth, alpha])
        let found = try #require(try facts(.avif, bytes))
        #expect((found.bitDepth, found.componentCount, found.hasAlpha) == (Int(bits), 4, true))
    }

    @Test("Boxes of invalid sizes end the iteration (I6)")
    func malformed() throws {
        let items = Make.items([Make.size(30, 20)])
        for length in [[0, 0, 0, 2], [0, 0, 0, 1]] as [[UInt8]] {
            let odd = length + Array("free".utf8) + [UInt8](repeating: 0xFF, count: 8)
            #expect(try facts(.heif, Make.brands("heic") + odd + items) == nil)
        }
        // A box without an end goes to the end of the file.
        let endless = [0, 0, 0, 0] + items.dropFirst(4)
        #expect(try facts(.heif, Make.brands("heic") + endless)?.width == 30)
    }
}
