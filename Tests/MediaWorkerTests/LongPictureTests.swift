import Fixtures
import Media
import TestSupport
import Testing

@testable import MediaWorker
@testable import Pictures

/// Pictures with sides of up to 65,500 pixels.
@Suite("Long pictures", .serialized, .timeLimit(.standard)) struct LongPictureTests {
    @Test("A stitched screenshot has every size with the height that its name promises")
    func stitched() async throws {
        try await withWorker { worker, media in
            let job = try addJob("stitched-1080x18000.png", to: media)
            let variants = try await worker.render(job)
            #expect(variants.map(\.height) == [150, 800, 1_920])
            #expect(variants.map(\.width) == [9, 48, 115])
        }
    }

    @Test(
        "A line of 65,500 pixels is one pixel thin in every size",
        arguments: [(65_500, 3), (3, 65_500), (1, 65_500)]
    )
    func lines(width: Int, height: Int) async throws {
        try await withWorker { worker, media in
            for picture in [png(width, height, colourType: 2), try jpeg(width, height)] {
                let job = try addJob(picture, to: media)
                #expect((job.facts.width, job.facts.height) == (width, height))
                let variants = try await worker.render(job)
                #expect(variants.first.map { max($0.width, $0.height) } == 150)
                #expect(variants.allSatisfy { max($0.width, $0.height) == $0.fileSize.rawValue })
                #expect(variants.allSatisfy { min($0.width, $0.height) == 1 })
            }
        }
    }

    @Test("I8, I9: rows of 65,500 pixels with alpha are worked on within 128 MiB")
    func longRows() async throws {
        var limits = WorkerLimits.patient
        limits.memoryCeiling = 128 << 20
        limits.pollInterval = .milliseconds(1)
        try await withWorker(limits: limits) { worker, media in
            let job = try addJob(png(65_500, 600, colourType: 6), to: media)
            let variants = try await worker.render(job)
            // Each is rounded from the next larger one.
            #expect(variants.map(\.height) == [2, 8, 18])
        }
    }

    @Test("I8, I9: a baseline JPEG of 108 megapixels is shrunk while it is decoded, within 96 MiB")
    func largeJPEG() async throws {
        var limits = WorkerLimits.patient
        limits.memoryCeiling = 96 << 20
        limits.pollInterval = .milliseconds(1)
        try await withWorker(limits: limits) { worker, media in
            let job = try addJob(try jpeg(12_000, 9_000), to: media)
            let variants = try await worker.render(job)
            #expect(variants.map(\.height) == [113, 600, 1_440])
        }
    }

    /// A black PNG, or an invisible one where it has alpha.
    private func png(_ width: Int, _ height: Int, colourType: UInt8) -> [UInt8] {
        let sides = PNGChunks.bytes(UInt32(width)) + PNGChunks.bytes(UInt32(height))
        let byteCount = height * (width * (colourType == 6 ? 4 : 3) + 1)
        var file: [UInt8] = [0x89] + Array("PNG\r\n\u{1A}\n".utf8)
        file += PNGChunks.chunk("IHDR", sides + [8, colourType, 0, 0, 0])
        file += PNGChunks.chunk("IDAT", ZlibStream.bytes([], zeros: byteCount))
        return file + PNGChunks.chunk("IEND", [])
    }

    /// A grey JPEG.
    private func jpeg(_ width: Int, _ height: Int) throws -> [UInt8] {
        try startVips()
        let light = [UInt8](repeating: 90, count: width * height)
        return try GreyPicture(width: width, height: height, light: light).jpeg()
    }
}
