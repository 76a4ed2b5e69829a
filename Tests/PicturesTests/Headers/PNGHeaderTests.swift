import Fixtures
import TestSupport
import Testing

@testable import Pictures

@Suite(.timeLimit(.standard)) struct PNGHeaderTests {
    private typealias Make = PictureBytes

    @Test(
        "Colour types determine channels and alpha",
        arguments: [(0, 1, false), (2, 3, false), (3, 3, false), (4, 2, true), (6, 4, true)]
    )
    func colours(colourType: UInt8, channels: Int, hasAlpha: Bool) throws {
        let header = Make.header(width: 30, height: 20, bitDepth: 16, colourType: colourType, interlace: 1)
        let plain = try #require(try facts(.png, Make.png(header)))
        #expect((plain.componentCount, plain.hasAlpha) == (channels, hasAlpha))
        #expect((plain.bitDepth, plain.isInterlaced) == (16, true))
        let transparent = try #require(try facts(.png, Make.png(header, Make.chunk("tRNS", [0, 0]))))
        #expect((transparent.componentCount, transparent.hasAlpha) == (hasAlpha ? channels : channels + 1, true))
    }

    @Test("Frames are counted and their durations summed")
    func frames() throws {
        let found = try #require(try facts(.png, try Fixture.bytes("moving.png")))
        #expect((found.isAnimated, found.frameCount, found.durationMilliseconds) == (true, 3, 300))
        func animation(_ delays: (Int, Int)..., control: String = "acTL") throws -> ImageFacts? {
            let frames = delays.flatMap { delay in
                Make.chunk(
                    "fcTL",
                    [UInt8](repeating: 0, count: 20) + Make.big(delay.0, 2) + Make.big(delay.1, 2) + [0, 0]
                )
            }
            let header = Make.header(width: 30, height: 20)
            return try facts(.png, Make.png(header, Make.chunk(control, Make.big(2, 4) + Make.big(0, 4)), frames))
        }
        // A denominator of 0 stands for hundredths.
        #expect(try animation((1, 2), (25, 0))?.durationMilliseconds == 750)
        let single = try #require(try animation((1, 2)))
        #expect((single.isAnimated, single.frameCount, single.durationMilliseconds) == (false, 1, 0))
        #expect(try animation((1, 2), (1, 2), control: "tEXt")?.isAnimated == false)
    }

    @Test("Counting frames stops at the limit (I8)")
    func frameLimit() throws {
        let frame = Make.chunk("fcTL", [UInt8](repeating: 0, count: 26))
        let many = (0..<FrameCounter.countLimit + 100).flatMap { _ in frame }
        let found = try facts(.png, Make.png(Make.header(width: 30, height: 20), Make.chunk("acTL"), many))
        #expect(found?.frameCount == FrameCounter.countLimit)
    }

    @Test("A chunk that is too short or too long for its type is ignored (I6)", arguments: [0, 12, 14])
    func lengths(length: Int) throws {
        let header = Array((PictureBytes.big(30, 4) + PictureBytes.big(20, 4) + [8, 2, 0, 0, 0, 0]).prefix(length))
        #expect(try facts(.png, Make.png(Make.chunk("IHDR", header))) == nil)
    }

    @Test("Only the first header is used, even if it is invalid")
    func twoHeaders() throws {
        let (flat, good) = (Make.header(width: 30, height: 0), Make.header(width: 30, height: 20))
        #expect(try facts(.png, Make.png(flat, good)) == nil)
        #expect(try facts(.png, Make.png(Make.chunk("IHDR"), good)) == nil)
        #expect(try facts(.png, Make.png(good, flat))?.storedHeight == 20)
    }

    @Test("Only the first EXIF block determines the orientation, before or after the pixels")
    func exif() throws {
        func orientation(_ chunks: [UInt8]...) throws -> Int? {
            try facts(.png, Make.png(Make.header(width: 30, height: 20), chunks.flatMap { $0 }))?.orientation
        }
        let (six, three) = (
            Make.chunk("eXIf", Make.exif(orientation: 6)), Make.chunk("eXIf", Make.exif(orientation: 3))
        )
        let pixels = Make.chunk("IDAT", [1, 2, 3])
        #expect(try orientation(six, three, pixels) == 6)
        #expect(try orientation(Make.chunk("eXIf"), six, pixels) == 1)
        #expect(try orientation(pixels, six) == 6)
        #expect(try orientation(three, pixels, six) == 3)
        #expect(try orientation(six.dropLast() + [0], pixels) == 1)
    }
}
