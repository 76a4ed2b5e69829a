import Fixtures
import TestSupport
import Testing

@testable import Pictures

@Suite(.timeLimit(.standard)) struct GIFHeaderTests {
    private typealias Make = PictureBytes

    @Test(
        "The first frame may extend the screen, and screen sizes of old programs are ignored (libvips 8.14.1)",
        arguments: [
            ((100, 80), (0, 0, 100, 80), (100, 80)), ((50, 40), (0, 0, 100, 80), (100, 80)),
            ((50, 40), (30, 30, 100, 80), (130, 110)), ((100, 80), (10, 10, 20, 20), (100, 80)),
            ((640, 480), (10, 10, 20, 20), (30, 30)), ((800, 600), (0, 0, 800, 600), (800, 600)),
            ((3000, 100), (0, 0, 20, 20), (20, 20)), ((3000, 100), (0, 0, 3000, 100), (3000, 100)),
            ((0, 0), (0, 0, 50, 40), (50, 40)),
        ] as [((Int, Int), (Int, Int, Int, Int), (Int, Int))]
    )
    func size(screen: (Int, Int), frame: (Int, Int, Int, Int), size: (Int, Int)) throws {
        let image = Make.image(left: frame.0, top: frame.1, width: frame.2, height: frame.3)
        let found = try #require(try facts(.gif, Make.gif(width: screen.0, height: screen.1, image)))
        #expect((found.storedWidth, found.storedHeight) == size)
        let isCovered = (frame.0, frame.1) == (0, 0) && (frame.2, frame.3) == size
        #expect(found.hasAlpha == !isCovered)
    }

    @Test("Later frames do not extend the screen")
    func laterFrames() throws {
        let frames = Make.image(width: 50, height: 40) + Make.image(width: 100, height: 90)
        let found = try #require(try facts(.gif, Make.gif(width: 50, height: 40, frames)))
        #expect((found.storedWidth, found.storedHeight, found.frameCount) == (50, 40, 2))
    }

    @Test("A screen or first frame beyond the limits is rejected (I8)")
    func limits() throws {
        let small = Make.image(width: 1, height: 1)
        #expect(throws: ImageLimitExceeded.side(65_500)) { try facts(.gif, Make.gif(width: 65_535, height: 10, small)) }
        #expect(throws: ImageLimitExceeded.pixelCount(40_000_000)) {
            try facts(.gif, Make.gif(width: 10_000, height: 10_000, small))
        }
        let large = try #require(
            try facts(.gif, Make.gif(width: 1, height: 1, Make.image(width: 65_535, height: 65_535)))
        )
        #expect(throws: ImageLimitExceeded.side(65_500)) { try ImageLimits().check(large) }
    }

    @Test("Frames are counted and their durations summed")
    func frames() throws {
        let moving = try #require(try facts(.gif, try Fixture.bytes("moving.gif")))
        #expect((moving.isAnimated, moving.frameCount, moving.durationMilliseconds) == (true, 3, 300))
        let still = try #require(try facts(.gif, try Fixture.bytes("still.gif")))
        #expect((still.isAnimated, still.frameCount, still.durationMilliseconds) == (false, 1, 0))
    }

    @Test("Counting frames stops at the limit (I8)")
    func frameLimit() throws {
        let many = (0..<FrameCounter.countLimit + 100).flatMap { _ in Make.image(width: 5, height: 5) }
        #expect(try facts(.gif, Make.gif(width: 5, height: 5, many))?.frameCount == FrameCounter.countLimit)
    }

    @Test("Any frame may announce transparency")
    func transparency() throws {
        let image = Make.image(width: 5, height: 5)
        func hasAlpha(_ blocks: [UInt8]...) throws -> Bool? {
            try facts(.gif, Make.gif(width: 5, height: 5, blocks.flatMap { $0 }))?.hasAlpha
        }
        #expect(try hasAlpha(Make.control(delay: 1), image) == false)
        #expect(try hasAlpha(image, Make.control(delay: 1, isTransparent: true), image) == true)
    }

    @Test("A GIF without any frame is damaged")
    func empty() throws {
        #expect(try facts(.gif, Make.gif(width: 5, height: 5)) == nil)
        #expect(try facts(.gif, Array("GIF89a".utf8) + [5, 0, 5]) == nil)
    }
}
