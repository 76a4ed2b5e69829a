import Fixtures
import Pictures
import Subprocess
import TestSupport
import Testing

@testable import Media
@testable import MediaWorker

/// Real files through the real worker: each size has the pixels that its name promises, and looks right.
@Suite("Variants have the pixels of their size", .serialized, .timeLimit(.standard)) struct VariantPixelsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        /// Of the thumbnail, the medium and the large variant.
        let sizes: [[Int]]

        var testDescription: String { name }

        init(_ name: String, _ sizes: [Int]...) {
            self.name = name
            self.sizes = sizes
        }
    }

    @Test(
        "A size shares the file of the next smaller one only if both have the same pixels",
        arguments: [
            Case("screenshot-light.webp", [150, 94], [800, 500], [1_440, 900]),
            Case("screenshot-dark-palette.png", [150, 94], [800, 500], [1_440, 900]),
            Case("phone-text-1080x2400.webp", [68, 150], [360, 800], [864, 1_920]),
            Case("code.png", [150, 150], [800, 800], [1_176, 1_176]),
            Case("light-photograph.webp", [150, 100], [800, 533], [1_200, 800]),
            Case("light-photograph.avif", [150, 100], [800, 533], [1_200, 800]),
            Case("photograph.jpg", [150, 100], [800, 533], [1_200, 800]),
            Case("photograph.png", [150, 100], [240, 160], [240, 160]),
            Case("textured.jpg", [150, 113], [200, 150], [200, 150]),
            Case("screenshot.png", [150, 94], [320, 200], [320, 200]),
            Case("plain.png", [96, 64], [96, 64], [96, 64]),
            Case("still.gif", [96, 64], [96, 64], [96, 64]),
        ]
    )
    func pixels(of picture: Case) async throws {
        try await withWorker(formats: Set(FileKind.allCases)) { worker, media in
            let job = try addJob(picture.name, formats: Set(FileKind.allCases), to: media)
            let variants = try await worker.render(job)
            #expect(variants.map { [$0.width, $0.height] } == picture.sizes)
            for variant in variants {
                let pixels = try Pixels(variant.file(of: job.id), in: media)
                #expect((pixels.width, pixels.height) == (variant.width, variant.height))
            }
            for (smaller, larger) in zip(variants, variants.dropFirst()) {
                let isShared = smaller.file(of: job.id) == larger.file(of: job.id)
                #expect(isShared == ((smaller.width, smaller.height) == (larger.width, larger.height)))
            }
        }
    }

    @Test(
        "Text stays readable in every size: a structural similarity of 0.95 and more",
        arguments: ["screenshot-light.webp", "screenshot-dark-palette.png", "phone-text-1080x2400.webp", "code.png"]
    )
    func readable(name: String) async throws {
        try startVips()
        let original = try Fixture.bytes(name)
        try await withWorker { worker, media in
            let job = try addJob(original, to: media)
            for variant in try await worker.render(job) {
                let file = try media.open(.variant(variant.file(of: job.id)))
                let bytes = try file.read(at: 0, count: file.byteCount)
                let shown = try GreyPicture(Picture(decoding: bytes, side: variant.size.rawValue))
                // By libvips' own way, from the original at once.
                let reference = try GreyPicture(Picture(decoding: original, side: variant.size.rawValue))
                #expect(shown.similarity(to: reference) >= 0.95, "\(variant.size)")
            }
        }
    }

    @Test("A QR code is read from every size")
    func code() async throws {
        try await withWorker { worker, media in
            let job = try addJob("code.png", to: media)
            for variant in try await worker.render(job) {
                let answer = try await run(
                    .name("zbarimg"),
                    arguments: ["--nodbus", "--quiet", "--raw", media.path(of: .variant(variant.file(of: job.id)))],
                    output: .string(limit: 1_024)
                )
                #expect(answer.standardOutput.hasPrefix("https://snug.example/rooms/"), "\(variant.size)")
            }
        }
    }

    @Test("A flat picture stays lossless, and its small sizes are as small as text can be")
    func flat() async throws {
        try await withWorker { worker, media in
            for name in ["screenshot-light.webp", "screenshot-dark-palette.png", "phone-text-1080x2400.webp"] {
                let variants = try await worker.render(try addJob(name, to: media))
                #expect(variants.allSatisfy { $0.format == .webp })
                // Bits a pixel.
                for (variant, most) in zip(variants, [2.0, 1.5, 0.75]) {
                    let bits = Double(variant.byteCount * 8) / Double(variant.width * variant.height)
                    #expect(bits <= most, "\(name), \(variant.size)")
                }
            }
        }
    }

    @Test("A small photograph stays lossy, and does not become much larger")
    func lightPhotographs() async throws {
        try await withWorker(formats: Set(FileKind.allCases)) { worker, media in
            for name in ["light-photograph.webp", "light-photograph.avif"] {
                let job = try addJob(name, formats: Set(FileKind.allCases), to: media)
                let largest = try #require(try await worker.render(job).last)
                let facts = try #require(
                    try Inspector().inspect(try media.open(.variant(largest.file(of: job.id)))).facts
                )
                #expect(!facts.isLossless)
                #expect(largest.byteCount < 10_000, "\(name)")
            }
        }
    }

    @Test("A photograph is encoded as JPEG first", arguments: ["photograph.jpg", "photograph.png"])
    func photographs(name: String) async throws {
        try await withWorker { worker, media in
            let variants = try await worker.render(try addJob(name, to: media))
            #expect(variants.allSatisfy { $0.format == .jpg })
        }
    }

    @Test("A picture as thin as a line is at least one pixel wide in every size", arguments: ["png", "jpg", "webp"])
    func lines(format: String) async throws {
        try startVips()
        try await withWorker { worker, media in
            for (width, height) in [(6_000, 2), (2, 6_000), (12_000, 1)] {
                let pixels = [UInt8](repeating: 200, count: width * height * 4)
                let line = try Picture(pixels: pixels, width: width, height: height).withoutAlpha()
                let bytes =
                    switch format {
                    case "png": PlainPNG(grey: 200, width: width, height: height).bytes
                    case "jpg": try line.file(as: .jpeg(80))
                    default: try line.file(as: .lossless)
                    }
                let variants = try await worker.render(try addJob(bytes, to: media))
                for variant in variants {
                    #expect(max(variant.width, variant.height) == variant.size.rawValue)
                    #expect(min(variant.width, variant.height) == 1)
                }
            }
        }
    }
}
