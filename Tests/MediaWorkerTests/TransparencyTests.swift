import Media
import TestSupport
import Testing

@testable import MediaWorker
@testable import Pictures

@Suite("Shrinking transparent pictures", .serialized, .timeLimit(.standard))
struct TransparencyTests {
    @Test("Colours of transparent pixels do not affect others")
    func hiddenColours() throws {
        let red: [UInt8] = [255, 0, 0, 0]
        let blue: [UInt8] = [0, 0, 255, 255]
        let small = try shrunk { x, _ in x < 100 ? red : blue }
        #expect(small.count { $0[3] > 0 } > 1_000)
        for pixel in small where pixel[3] > 0 { #expect(pixel[0] <= 2 && pixel[2] >= 253, "\(pixel)") }
    }

    @Test("Translucent pixels look the same on any background, however faint they are")
    func faintColours() throws {
        let colour: [UInt8] = [200, 100, 50]
        for pixel in try shrunk({ x, y in colour + [UInt8((x + y) * 255 / 398)] }) {
            for channel in 0..<3 {
                let light = Int(pixel[channel]) * Int(pixel[3])
                #expect(abs(light - Int(colour[channel]) * Int(pixel[3])) <= 2 * 255, "\(pixel)")
            }
        }
    }

    @Test("I8: a picture of the longest rows takes no more memory than others when it is shrunk")
    func longRows() async throws {
        var limits = WorkerLimits.patient
        limits.memoryCeiling = 160 << 20
        try await withWorker(limits: limits) { worker, media in
            let job = try addJob(translucentPNG(width: 16_384, height: 2_441), to: media)
            let picture = try await worker.picture(of: job)
            let largest = try #require(picture.variants.last)
            #expect((largest.width, largest.height) == (1_920, 286))
            #expect(try Pixels(largest.file(of: job.id), in: media).at(0.5, 0.5)[3] == 128)
        }
    }

    /// The pixels of 50×50 that 200×200 become.
    private func shrunk(_ pixel: (Int, Int) -> [UInt8]) throws -> [[UInt8]] {
        try startVips()
        let pixels = (0..<200).flatMap { y in (0..<200).flatMap { x in pixel(x, y) } }
        let small = try Picture(pixels: pixels, width: 200, height: 200).shrunk(to: 50).pixels()
        return stride(from: 0, to: small.count, by: 4).map { Array(small[$0..<$0 + 4]) }
    }

    /// One bit a pixel, of a palette whose first colour is half transparent.
    private func translucentPNG(width: Int, height: Int) -> [UInt8] {
        PlainPNG(
            width: width,
            height: height,
            bitDepth: 1,
            colourType: 3,
            chunks: PNGChunks.chunk("PLTE", [90, 120, 200, 0, 0, 0]) + PNGChunks.chunk("tRNS", [128]),
            rows: [UInt8](repeating: 0, count: (1 + (width + 7) / 8) * height)
        ).bytes
    }
}
