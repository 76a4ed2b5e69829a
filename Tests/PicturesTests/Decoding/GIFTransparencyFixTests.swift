import Fixtures
import TestSupport
import Testing

@testable import Pictures

@Suite(.timeLimit(.standard)) struct GIFTransparencyFixTests {
    @Test("A GIF that announces no transparency gets a last frame that does")
    func added() throws {
        let file = try Fixture.bytes("corner.gif")
        let cleared = try #require(GIFTransparencyFix.apply(to: file))
        let (before, after) = (try facts(of: file), try facts(of: cleared))
        #expect((after.frameCount, after.hasAlpha) == (before.frameCount + 1, true))
        #expect((after.width, after.height) == (96, 64))
        #expect(cleared.starts(with: file.dropLast()))
        #expect(GIFTransparencyFix.apply(to: cleared) == nil)
    }

    @Test("A GIF that announces transparency is unchanged", arguments: ["clear.gif", "moving-corner.gif"])
    func announced(name: String) throws {
        #expect(GIFTransparencyFix.apply(to: try Fixture.bytes(name)) == nil)
    }

    @Test("A truncated frame is ignored")
    func cut() throws {
        let file = try Fixture.bytes("moving-corner.gif")
        let secondFrame = try #require(file.firstRange(of: [0x21, 0xF9, 4, 5])).lowerBound
        for end in [secondFrame + 8, secondFrame + 60] {
            let cleared = try #require(GIFTransparencyFix.apply(to: Array(file[..<end])))
            #expect(cleared.starts(with: file[..<secondFrame]))
            #expect(try facts(of: cleared).frameCount == 2)
        }
    }

    @Test("A file without frames, or of another format, is not changed", arguments: ["textured.jpg", "empty.jpg"])
    func otherFiles(name: String) throws {
        #expect(GIFTransparencyFix.apply(to: try Fixture.bytes(name)) == nil)
        #expect(GIFTransparencyFix.apply(to: Array(try Fixture.bytes("corner.gif").prefix(40))) == nil)
    }

    private func facts(of file: [UInt8]) throws -> ImageFacts {
        var source = BufferedFileReader(file)
        return try #require(try ImageFacts(of: .gif, in: &source, limits: ImageLimits()))
    }
}
