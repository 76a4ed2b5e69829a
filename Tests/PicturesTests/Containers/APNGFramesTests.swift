import Fixtures
import TestSupport
import Testing

@testable import Pictures

@Suite(.timeLimit(.standard)) struct APNGFramesTests {
    @Test("An animated PNG is split into frames with positions and durations")
    func frames() throws {
        let film = try #require(APNGFrames(Fixture.bytes("moving.png")))
        #expect((film.width, film.height) == (48, 32))
        #expect(film.frames.map(\.milliseconds) == [100, 100, 100])
        for frame in film.frames {
            let facts = try #require(try facts(.png, frame.file))
            #expect((facts.width, facts.height) == (frame.width, frame.height))
            #expect(!facts.isAnimated)
            #expect(frame.left + frame.width <= 48 && frame.top + frame.height <= 32)
        }
    }

    @Test("I8: the shared chunks are at most a palette")
    func shared() throws {
        let whole = try Fixture.bytes("moving.png")
        let large = PNGChunks.chunk("tRNS", [UInt8](repeating: 0, count: 1 << 20))
        let small = PNGChunks.chunk("tRNS", [0, 0, 0, 0, 0, 0])
        let header = PNGChunks.signatureLength + 25
        let film = try #require(
            APNGFrames(whole[..<header] + large + small + small + large + whole[header...])
        )
        let plain = try #require(APNGFrames(whole))
        #expect(film.frames.map(\.file.count) == plain.frames.map { $0.file.count + small.count })
    }

    @Test("I4: a truncated or static picture has no frames", arguments: 1...20)
    func cut(part: Int) throws {
        let whole = try Fixture.bytes("moving.png")
        #expect(APNGFrames(Array(whole.prefix(whole.count * part / 21))) == nil)
        #expect(APNGFrames(try Fixture.bytes("plain.png")) == nil)
        #expect(APNGFrames([]) == nil)
    }
}
