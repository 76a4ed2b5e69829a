import Fixtures
import TestSupport
import Testing

@testable import Pictures

@Suite(.timeLimit(.standard)) struct PNGColourTests {
    private typealias Make = PictureBytes

    private static let header = Make.header(width: 30, height: 20)
    private static let pixels = Make.chunk("IDAT", [1, 2, 3])
    private static let gamma = Make.chunk("gAMA", Make.big(70_000, 4))
    private static let codes = Make.chunk("cICP", [12, 13, 0, 1])
    private static let profile = Make.chunk("iCCP", Array("x\0\0abc".utf8))

    @Test(
        "Chunks for sRGB, or none, change nothing",
        arguments: [
            [], Make.chunk("gAMA", Make.big(45_455, 4)), Make.chunk("cICP", [1, 13, 0, 1]),
            Make.chunk("sRGB", [0]) + gamma,
            Make.chunk("gAMA", Make.big(45_455, 4)) + Make.chunk("cHRM", sRGBPrimaries),
            Make.chunk("cHRM", sRGBPrimaries),
            // What makes no sense: no gamma at all, primaries on a line, unknown codes, coded otherwise than as RGB, a
            // wrong checksum.
            Make.chunk("gAMA", Make.big(0, 4)), Make.chunk("gAMA", [1]),
            Make.chunk("cHRM", [UInt8](repeating: 0, count: 32)), Make.chunk("cICP", [2, 2, 0, 1]),
            Make.chunk("cICP", [9, 16, 9, 1]), gamma.dropLast() + [0], profile, profile + gamma,
        ] as [[UInt8]]
    )
    func unchanged(chunks: [UInt8]) {
        let file = Make.png(Self.header, chunks, Self.pixels)
        #expect(PNGColour.profiled(file) == file)
    }

    private static let sRGBPrimaries = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000].flatMap {
        Make.big($0, 4)
    }

    @Test("Code points take precedence over a profile, and sRGB by code points removes the profile")
    func precedence() throws {
        let both = Make.png(Self.header, Self.codes, Self.profile, Self.gamma, Self.pixels)
        let alone = Make.png(Self.header, Self.codes, Self.gamma, Self.pixels)
        #expect(PNGColour.profiled(both) == PNGColour.profiled(alone))
        #expect(PNGColour.profiled(alone) != alone)
        let sRGB = Make.chunk("cICP", [1, 13, 0, 1])
        let plain = Make.png(Self.header, sRGB, Self.pixels)
        #expect(PNGColour.profiled(Make.png(Self.header, sRGB, Self.profile, Self.pixels)) == plain)
    }

    @Test("Only the profile is added, and the chunk filter keeps it")
    func inserted() throws {
        for colourType: UInt8 in [0, 2, 3, 4, 6] {
            let header = Make.header(width: 30, height: 20, colourType: colourType)
            let file = Make.png(header, Self.gamma, Self.pixels)
            let found = PNGColour.profiled(file)
            let added = found.count - file.count
            #expect(added > 4_096)
            #expect(Array(found[..<33]) == Array(file[..<33]) && Array(found[(33 + added)...]) == Array(file[33...]))
            #expect(PNGChunkFilter.keptRanges(of: found) == [0..<found.count])
            let start = try #require(found.firstRange(of: Array("mntr".utf8))).upperBound
            let space = String(decoding: found[start..<start + 4], as: UTF8.self)
            #expect(space == (colourType & 3 == 0 ? "GRAY" : "RGB "))
        }
    }

    @Test("Colour chunks are kept in an original")
    func stripped() throws {
        let text = Make.chunk("tEXt", Array("Secret".utf8))
        let file = Make.png(Self.header, Self.codes, Self.gamma, Make.chunk("cHRM", Self.sRGBPrimaries), Self.pixels)
        let found = try StrippedFile(
            Make.png(Self.header, Self.codes, Self.gamma, Make.chunk("cHRM", Self.sRGBPrimaries), text, Self.pixels)
        )
        #expect(found.bytes == file)
    }

    @Test("PQ and HLG are high dynamic range", arguments: [(16, true), (18, true), (13, false), (1, false)])
    func hasHDR(transfer: UInt8, expected: Bool) throws {
        let file = Make.png(Self.header, Make.chunk("cICP", [9, transfer, 0, 1]), Self.pixels)
        #expect(try facts(.png, file)?.hasHDR == expected)
    }

    @Test("Curves are those of their standards")
    func curves() {
        func light(_ code: UInt8, _ number: Double) -> Double {
            ColourSpace.Transfer(code: code)?.light(number) ?? .nan
        }
        #expect(abs(light(13, 0.5) - 0.21404) < 1e-4)
        #expect(abs(light(1, 0.5) - 0.25965) < 1e-4)
        #expect(abs(light(4, 0.5) - 0.21764) < 1e-4)
        #expect(light(8, 0.5) == 0.5)
        // The white of BT.2408: 58 % in PQ, 75 % in HLG, both 203 cd/m²; and what both hold at 1,000.
        #expect(abs(light(16, 0.5806) - light(18, 0.75)) < 0.01)
        #expect(abs(light(16, 0.5806) - 0.52) < 0.01)
        #expect(abs(light(16, 0.7518) - 1) < 0.01 && abs(light(18, 1) - 1) < 0.01)
        for code: UInt8 in [1, 4, 5, 8, 13, 16, 18] {
            let samples = (0...100).map { light(code, Double($0) / 100) }
            #expect(zip(samples, samples.dropFirst()).allSatisfy { $0 <= $1 } && samples[0] < 1e-6 && samples[100] <= 1)
        }
    }

    @Test("Primaries are adapted to the white point of profiles")
    func matrices() throws {
        let columns = try #require(ColourMatrix.toD50(.bt709)).columns
        // The colorants of every sRGB profile.
        let expected = [[0.4361, 0.2225, 0.0139], [0.3851, 0.7169, 0.0971], [0.1431, 0.0606, 0.7141]]
        for (column, right) in zip(columns, expected) {
            for (number, other) in zip(column, right) { #expect(abs(number - other) < 0.0006) }
        }
    }
}
