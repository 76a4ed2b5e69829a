import Pictures
import TestSupport
import Testing

@testable import MediaWorker

@Suite(.timeLimit(.standard)) struct APNGCanvasTests {
    private let red: [UInt8] = [200, 0, 0, 255]
    private let clear: [UInt8] = [0, 0, 0, 0]

    @Test("A frame is drawn at its position, shown, and disposed of")
    func disposal() {
        var canvas = APNGCanvas(width: 2, height: 1)
        #expect(shown(frame(at: 0, .keep), red, &canvas) == red + clear)
        #expect(shown(frame(at: 1, .restore), red, &canvas) == red + red)
        #expect(canvas.pixels == red + clear)
        #expect(shown(frame(at: 1, .clear), red, &canvas) == red + red)
        #expect(canvas.pixels == red + clear)
    }

    @Test("A blended frame is combined with the content below, any other replaces it")
    func blending() {
        let half: [UInt8] = [0, 0, 100, 128]
        var canvas = APNGCanvas(width: 1, height: 1)
        _ = shown(frame(at: 0, .keep), red, &canvas)
        #expect(shown(frame(at: 0, .restore, isBlended: true), half, &canvas) == [99, 0, 50, 255])
        #expect(shown(frame(at: 0, .restore), half, &canvas) == half)
        #expect(shown(frame(at: 0, .restore, isBlended: true), clear, &canvas) == red)
    }

    private func shown(_ frame: APNGFrames.Frame, _ content: [UInt8], _ canvas: inout APNGCanvas) -> [UInt8] {
        var seen: [UInt8] = []
        canvas.draw(frame, content) { seen = $0 }
        return seen
    }

    private func frame(at left: Int, _ disposal: APNGFrames.Disposal, isBlended: Bool = false) -> APNGFrames.Frame {
        APNGFrames.Frame(
            left: left,
            top: 0,
            width: 1,
            height: 1,
            milliseconds: 100,
            disposal: disposal,
            isBlended: isBlended,
            file: []
        )
    }
}
