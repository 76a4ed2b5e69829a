import TestSupport
import Testing

@testable import MediaWorker

@Suite(.timeLimit(.standard)) struct EncodingLadderTests {
    private func ladder(
        _ content: EncodingLadder.Content,
        isTransparent: Bool = false,
        isShrunk: Bool = false,
        pixelCount: Int = 10_000
    ) -> EncodingLadder {
        EncodingLadder(
            for: content,
            isTransparent: isTransparent,
            isShrunk: isShrunk,
            pixelCount: pixelCount,
            sourceByteCount: 5_000
        )
    }

    @Test("Photographs become JPEG, flat pictures lossless WebP, and transparent pictures WebP")
    func first() {
        #expect(ladder(.lossy).encodings.first == .jpeg(80))
        #expect(ladder(.detailed).encodings.first == .jpeg(85, hasSharpColour: true))
        #expect(ladder(.flat).encodings.first == .lossless)
        for content in [EncodingLadder.Content.lossy, .flat, .detailed] {
            #expect(ladder(content, isTransparent: true).encodings.allSatisfy { $0.format == .webp })
        }
    }

    @Test("A second encoding is tried for a photograph larger than its source, and for a flat picture of many bits")
    func goals() {
        #expect(ladder(.lossy).byteGoal == 5_000)
        #expect(ladder(.detailed).byteGoal == 5_000)
        #expect(ladder(.flat).byteGoal == 1_250)
    }

    @Test("Lossily compressed pictures are never encoded losslessly (I8)")
    func photographs() {
        for isTransparent in [false, true] {
            #expect(!ladder(.lossy, isTransparent: isTransparent).encodings.contains(.lossless))
        }
    }

    @Test(
        "Lossless encoding, which takes memory for each pixel, is not tried on large pictures unless they are flat (I8)"
    )
    func largest() {
        let (screen, square) = (1_920 * 1_440, 1_920 * 1_920)
        for isTransparent in [false, true] {
            for content in [EncodingLadder.Content.flat, .detailed] {
                func encodings(isShrunk: Bool, _ pixelCount: Int) -> [VariantEncoding] {
                    ladder(content, isTransparent: isTransparent, isShrunk: isShrunk, pixelCount: pixelCount).encodings
                }
                #expect(encodings(isShrunk: true, screen).contains(.lossless))
                #expect(!encodings(isShrunk: true, square).contains(.lossless))
                #expect(!encodings(isShrunk: true, square).isEmpty)
                #expect(encodings(isShrunk: false, square).contains(.lossless) == (content == .flat))
            }
        }
    }
}
