import Fixtures
import TestSupport
import Testing

@testable import Pictures

@Suite("Repairing files for their decoders", .timeLimit(.standard)) struct RepairTests {
    @Test(
        "A valid JPEG is unchanged",
        arguments: ["photograph.jpg", "photograph-progressive.jpg", "restart.jpg"]
    )
    func whole(name: String) throws {
        let bytes = try Fixture.bytes(name)
        #expect(JPEGRepair.repaired(bytes) == bytes)
    }

    @Test("A JPEG without an end marker gets one")
    func endMarker() throws {
        let bytes = try Fixture.bytes("photograph.jpg")
        #expect(JPEGRepair.repaired(Array(bytes.dropLast(2))) == bytes)
    }

    @Test("A valid GIF is not damaged, and one without its end is")
    func gifs() throws {
        var count = 0
        for name in try Fixture.names where name.hasSuffix(".gif") && !name.hasPrefix("cut") {
            let bytes = try Fixture.bytes(name)
            guard FileKind(signature: bytes) == .gif else { continue }
            #expect(!GIFRepair(bytes).isDamaged, "\(name)")
            #expect(GIFRepair(Array(bytes.prefix(bytes.count * 2 / 3))).isDamaged, "\(name)")
            count += 1
        }
        #expect(count > 4)
    }

    @Test("An undefined code ends the pixels; those before it are kept")
    func brokenCodes() {
        // Colours of two bits; codes of three: a new table, 1, 1 (then 6 is "1 1") and 6; then of four, as 7 is there:
        // 15.
        let codes = GIFCodes([0b01_001_100, 0b1111_110_0], rootLength: 2, limit: 100)
        #expect(codes.pixelCount == 4)
        #expect(codes.isBroken)
        let whole = GIFCodes([0b01_001_100, 0b0101_110_0], rootLength: 2, limit: 4)
        #expect((whole.pixelCount, whole.isBroken, whole.isEnded) == (4, false, true))
    }

    @Test("A file truncated anywhere lacks its end, and the complete one does not", arguments: FileKind.allCases)
    func ends(kind: FileKind) throws {
        for name in try Fixture.names where name.hasPrefix("phone.") {
            let bytes = try Fixture.bytes(name)
            guard FileKind(signature: bytes) == kind else { continue }
            #expect(!FileEnd.isMissing(from: bytes, of: kind), "\(name)")
            // Behind some of them lies a video, of which half is left.
            #expect(FileEnd.isMissing(from: Array(bytes.prefix(bytes.count / 3)), of: kind), "\(name)")
        }
    }

    @Test("A truncated WebP is shortened to its complete chunks, and a complete one is unchanged")
    func shortened() throws {
        let bytes = try Fixture.bytes("orientation-6.webp")
        #expect(WebPRepair.shortened(bytes) == nil)
        let shortened = try #require(WebPRepair.shortened(Array(bytes.dropLast(3))))
        #expect(shortened.count < bytes.count)
        #expect(WebPRepair.shortened(shortened) == nil)
        let pixels = try Fixture.bytes("last-twentieth-missing.webp")
        #expect(WebPRepair.shortened(pixels) == nil)
        #expect(WebPRepair.padded(pixels).count > pixels.count)
    }

    @Test("Repairs accept any bytes (I6)")
    func anything() throws {
        for name in try Fixture.names {
            let bytes = try Fixture.bytes(name)
            for count in [0, 1, 2, 11, 12, 13, bytes.count / 3, bytes.count] {
                let cut = Array(bytes.prefix(count))
                #expect(JPEGRepair.repaired(cut).count <= cut.count + 2)
                _ = (
                    JPEGDamage.isFound(in: cut), JPEGDamage.cut(of: cut), GIFRepair(cut).readable,
                    PNGRepair.repaired(cut), PNGRepair.hasDamagedExtras(cut)
                )
                #expect(WebPRepair.padded(cut).count <= max(cut.count * 2, 8))
                _ = WebPRepair.shortened(cut)
                for kind in FileKind.allCases { _ = FileEnd.isMissing(from: cut, of: kind) }
            }
        }
    }
}
