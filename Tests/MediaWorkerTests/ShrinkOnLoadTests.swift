import TestSupport
import Testing

@testable import MediaWorker

@Suite(.timeLimit(.standard)) struct ShrinkOnLoadTests {
    @Test(
        "A JPEG is shrunk while decoding as far as leaves a factor of one and a half",
        arguments: [
            (150, 1), (1_920, 1), (4_000, 1), (5_759, 1), (5_760, 2), (6_000, 2), (7_680, 2), (11_519, 2), (11_520, 4),
            (16_384, 4), (23_040, 8), (65_535, 8),
        ]
    )
    func factor(longestSide: Int, expected: Int) {
        #expect(ShrinkOnLoad.factor(from: (longestSide, 800), to: 1_920) == expected)
        #expect(ShrinkOnLoad.factor(from: (800, longestSide), to: 1_920) == expected)
    }

    @Test("Of a picture of few rows none is cut off", arguments: [3, 9, 15, 31, 100, 399])
    func fewRows(height: Int) throws {
        try startVips()
        let light = (0..<height).flatMap { [UInt8](repeating: $0 < height / 3 * 2 ? 0 : 255, count: 6_000) }
        let jpeg = try GreyPicture(width: 6_000, height: height, light: light).jpeg()
        for side in [150, 1_920] {
            let shrink = ShrinkOnLoad.factor(from: (6_000, height), to: side)
            let small = try GreyPicture(Picture(decoding: jpeg, side: side, shrinking: .rows(onLoad: shrink)))
            let mean = Double(small.light.reduce(0) { $0 + Int($1) }) / Double(small.light.count)
            let expected = 255 * Double(height - height / 3 * 2) / Double(height)
            #expect(abs(mean - expected) < 12, "\(mean), not \(expected)")
        }
    }

    @Test("A picture that is as thin as a line is not shrunk to nothing", arguments: [1, 2, 3, 5, 8])
    func thinPicture(thickness: Int) throws {
        try startVips()
        for (width, height) in [(2_400, thickness), (thickness, 2_400)] {
            let shrink = ShrinkOnLoad.factor(from: (width, height), to: 150)
            let light = [UInt8](repeating: 90, count: width * height)
            let line = GreyPicture(width: width, height: height, light: light)
            let small = try Picture(decoding: line.jpeg(), side: 150, shrinking: .rows(onLoad: shrink))
            #expect(max(small.width, small.height) == 150)
            #expect(min(small.width, small.height) == 1)
        }
    }

    @Test("What comes out is what the slow path makes: structural similarity of 0.98 and more")
    func similarity() throws {
        try startVips()
        let photograph = try GreyPicture.photograph(width: 600, height: 400).jpeg()
        for side in [599, 500, 401, 400, 390, 300, 250, 200, 170, 151, 100, 75] {
            let shrink = ShrinkOnLoad.factor(from: (600, 400), to: side)
            let slow = try GreyPicture(Picture(decoding: photograph, side: side))
            let fast = try GreyPicture(Picture(decoding: photograph, side: side, shrinking: .rows(onLoad: shrink)))
            #expect(slow.similarity(to: fast) >= 0.98, "at \(side)")
        }
        let large = try Picture(
            decoding: photograph,
            side: 240,
            shrinking: .rows(onLoad: ShrinkOnLoad.factor(from: (600, 400), to: 240))
        )
        let slow = try GreyPicture(Picture(decoding: photograph, side: 100))
        #expect(try GreyPicture(large.shrunk(to: 100)).similarity(to: slow) >= 0.98, "the next size")
        let careless = try GreyPicture(Picture(decoding: photograph, side: 296, shrinking: .rows(onLoad: 2)))
        #expect(try GreyPicture(Picture(decoding: photograph, side: 296)).similarity(to: careless) < 0.98)
    }
}
