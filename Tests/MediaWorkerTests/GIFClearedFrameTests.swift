import CVips
import TestSupport
import Testing

@testable import MediaWorker

@Suite("GIF frames that are cleared after display", .serialized, .timeLimit(.standard))
struct GIFClearedFrameTests {
    private static let blue: [UInt8] = [40, 60, 200]
    private static let red: [UInt8] = [220, 30, 30]
    private static let green: [UInt8] = [30, 160, 60]

    @Test("The area of a cleared frame is transparent, whether or not the frame announced transparency")
    func hole() async throws {
        let gif = screen(
            frame(Self.blue, side: 32, at: 0, disposal: 1),
            frame(Self.red, side: 8, at: 4, disposal: 2),
            frame(Self.green, side: 8, at: 20, disposal: 1)
        )
        let file = try await animation(of: gif)
        #expect(file.pixel(frame: 0, 8, 8)[3] == 255)
        #expect(isRed(file.pixel(frame: 1, 8, 8)) && file.pixel(frame: 1, 8, 8)[3] == 255)
        #expect(file.pixel(frame: 2, 8, 8)[3] == 0)
        #expect(isGreen(file.pixel(frame: 2, 24, 24)) && file.pixel(frame: 2, 24, 24)[3] == 255)
        #expect(file.pixel(frame: 2, 16, 16)[2] > 150 && file.pixel(frame: 2, 16, 16)[3] == 255)
    }

    @Test("Before the first frame the screen is transparent, and after its disposal again")
    func nothing() async throws {
        let gif = screen(
            frame(Self.blue, side: 32, at: 0, disposal: 3),
            frame(Self.red, side: 8, at: 4, disposal: 1)
        )
        let file = try await animation(of: gif)
        #expect(file.pixel(frame: 0, 20, 20)[3] == 255)
        #expect(file.pixel(frame: 1, 20, 20)[3] == 0)
        #expect(isRed(file.pixel(frame: 1, 8, 8)))
    }

    private struct Frames {
        let pixels: [UInt8]
        let bandCount: Int

        func pixel(frame: Int, _ x: Int, _ y: Int) -> [Int] {
            let start = ((frame * 32 + y) * 32 + x) * bandCount
            return pixels[start..<start + bandCount].map(Int.init)
        }
    }

    /// The animation of a GIF, with all frames stacked.
    private func animation(of gif: [UInt8]) async throws -> Frames {
        try startVips()
        return try await withWorker { worker, media in
            let job = try addJob(gif, to: media)
            _ = try #require(try await worker.picture(of: job).animation)
            let bytes = try media.open(.variant(.animated(job.id))).read(at: 0, count: 1 << 20)
            return try bytes.withUnsafeBytes { buffer in
                var image: UnsafeMutablePointer<VipsImage>?
                let status = snug_vips_frames(try #require(buffer.baseAddress), buffer.count, 9, 800, &image)
                let frames = try #require(status == 0 ? image : nil)
                defer { snug_vips_release(frames) }
                var count = 0
                let memory = try #require(vips_image_write_to_memory(frames, &count))
                defer { g_free(memory) }
                let bands = Int(vips_image_get_bands(frames))
                return Frames(pixels: Array(UnsafeRawBufferPointer(start: memory, count: count)), bandCount: bands)
            }
        }
    }

    private func screen(_ frames: [UInt8]...) -> [UInt8] {
        Array("GIF89a".utf8) + [32, 0, 32, 0, 0, 0, 0] + frames.flatMap { $0 } + [0x3B]
    }

    /// A square of one colour, shown for 100 ms (GIF89a, sections 20–23 and appendix F).
    private func frame(_ colour: [UInt8], side: Int, at place: UInt8, disposal: UInt8) -> [UInt8] {
        // A new table before every two pixels keeps codes at three bits: 4 is a new table, 0 the colour, 5 the end.
        let codes = (0..<side * side / 2).flatMap { _ in [4, 0, 0] } + [5]
        var packed = [UInt8](repeating: 0, count: (codes.count * 3 + 7) / 8)
        for (number, code) in codes.enumerated() {
            for bit in 0..<3 where code >> bit & 1 == 1 {
                let index = number * 3 + bit
                packed[index / 8] |= 1 << UInt8(index % 8)
            }
        }
        let blocks = stride(from: 0, to: packed.count, by: 255).flatMap { start in
            let block = packed[start..<min(start + 255, packed.count)]
            return [UInt8(block.count)] + block
        }
        let control: [UInt8] = [0x21, 0xF9, 4, disposal << 2, 10, 0, 0, 0]
        let description: [UInt8] = [0x2C, place, 0, place, 0, UInt8(side), 0, UInt8(side), 0, 0x80]
        return control + description + colour + [0, 0, 0, 2] + blocks + [0]
    }
}
