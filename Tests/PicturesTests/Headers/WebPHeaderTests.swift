import Fixtures
import TestSupport
import Testing

@testable import Pictures

@Suite(.timeLimit(.standard)) struct WebPHeaderTests {
    private typealias Make = PictureBytes

    @Test("Pixels of another size than the canvas make a damaged picture, as for libwebp (I6)")
    func canvas() throws {
        for pixels in [Make.lossy(width: 32, height: 16), Make.lossless(width: 32, height: 16)] {
            #expect(try facts(.webp, Make.webp(pixels))?.storedWidth == 32)
            #expect(try facts(.webp, Make.webp(Make.extended(width: 32, height: 16, flags: 0), pixels)) != nil)
            #expect(try facts(.webp, Make.webp(Make.extended(width: 64, height: 16, flags: 0), pixels)) == nil)
        }
    }

    @Test("A frame of an animation must be within the canvas and have its announced size (I6)")
    func frameSizes() throws {
        func animation(left: Int, width: Int, pixels: [UInt8]) throws -> ImageFacts? {
            let frame = Make.animationFrame(left: left, width: width, height: 16, milliseconds: 40, pixels)
            return try facts(.webp, Make.webp(Make.extended(width: 32, height: 16, flags: 2), frame, frame))
        }
        let pixels = Make.lossy(width: 30, height: 16)
        #expect(try animation(left: 2, width: 30, pixels: pixels)?.frameCount == 2)
        #expect(try animation(left: 4, width: 30, pixels: pixels) == nil)
        #expect(try animation(left: 0, width: 31, pixels: pixels) == nil)
    }

    @Test("Frames are counted and their durations summed")
    func frames() throws {
        let found = try #require(try facts(.webp, try Fixture.bytes("moving.webp")))
        #expect((found.isAnimated, found.frameCount, found.durationMilliseconds) == (true, 3, 300))
    }

    @Test("Counting frames stops at the limit (I8)")
    func frameLimit() throws {
        let frame = Make.animationFrame(width: 8, height: 8, milliseconds: 1, Make.lossy(width: 8, height: 8))
        let many = (0..<FrameCounter.countLimit + 100).flatMap { _ in frame }
        let found = try facts(.webp, Make.webp(Make.extended(width: 8, height: 8, flags: 2), many))
        #expect(found?.frameCount == FrameCounter.countLimit)
    }

    @Test("Alpha is announced by the header, by the pixels, or by an alpha chunk")
    func alpha() throws {
        let size = (width: 8, height: 8)
        let plain = Make.lossy(width: 8, height: 8)
        #expect(try facts(.webp, Make.webp(plain))?.hasAlpha == false)
        #expect(try facts(.webp, Make.webp(Make.lossless(width: 8, height: 8, hasAlpha: true)))?.hasAlpha == true)
        let announced = Make.extended(width: size.width, height: size.height, flags: 16)
        #expect(try facts(.webp, Make.webp(announced, plain))?.hasAlpha == true)
        let silent = Make.extended(width: size.width, height: size.height, flags: 0)
        #expect(try facts(.webp, Make.webp(silent, Make.riffChunk("ALPH", [0]), plain))?.hasAlpha == true)
    }

    @Test("Only the first EXIF block determines the orientation, and only if the header announces it")
    func exif() throws {
        func orientation(flags: UInt8, _ chunks: [UInt8]...) throws -> Int? {
            let header = Make.extended(width: 32, height: 16, flags: flags)
            let pixels = Make.lossy(width: 32, height: 16)
            return try facts(.webp, Make.webp(header, pixels, chunks.flatMap { $0 }))?.orientation
        }
        let (six, three) = (
            Make.riffChunk("EXIF", Make.exif(orientation: 6)), Make.riffChunk("EXIF", Make.exif(orientation: 3))
        )
        #expect(try orientation(flags: 8, six, three) == 6)
        #expect(try orientation(flags: 0, six) == 1)
        let prefixed = Make.riffChunk("EXIF", Array("Exif\0\0".utf8) + Make.exif(orientation: 6))
        #expect(try orientation(flags: 8, prefixed) == 6)
        #expect(try facts(.webp, Make.webp(Make.lossy(width: 32, height: 16), six))?.orientation == 1)
    }

    @Test("Bytes after the announced length do not belong to the file")
    func trailer() throws {
        let header = Make.extended(width: 32, height: 16, flags: 8)
        let file = Make.webp(header, Make.lossy(width: 32, height: 16))
        #expect(try facts(.webp, file + Make.riffChunk("EXIF", Make.exif(orientation: 6)))?.orientation == 1)
    }
}
