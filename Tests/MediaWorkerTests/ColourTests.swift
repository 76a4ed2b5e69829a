import Fixtures
import Glibc
import Media
import TestSupport
import Testing

@testable import Pictures

/// What a browser shows of PNGs whose chunks say what their colours are.
@Suite("Colours of PNGs", .serialized, .timeLimit(.standard)) struct ColourTests {
    private static let grey128 = "gama-0.45455-is-the-default.png"

    @Test(
        "Gamma and code points are rendered as by browsers",
        arguments: [
            (grey128, [128, 128, 128]), ("gama-0.7-browsers-lighten.png", [163, 163, 163]),
            ("cicp-display-p3.png", [41, 183, 90]),
        ]
    )
    func fixtures(name: String, colour: [Int]) async throws {
        try await expect(try Fixture.bytes(name), colour)
    }

    @Test(
        "The chunk with the highest precedence is used",
        arguments: [
            // Display P3 is told twice, and sRGB in between does not count.
            ([("cICP", [12, 13, 0, 1]), ("sRGB", [0]), ("gAMA", number(70_000))], [41, 183, 90]),
            ([("sRGB", [0]), ("gAMA", number(70_000))], [90, 180, 100]),
            ([("cHRM", p3), ("gAMA", number(45_455))], [41, 183, 90]), ([("cHRM", p3)], [41, 183, 90]),
            ([("cICP", [1, 13, 0, 1])], [90, 180, 100]), ([("cICP", [2, 2, 0, 1])], [90, 180, 100]),
            // BT.709's own curve is a little brighter than sRGB's.
            ([("cICP", [1, 1, 0, 1])], [104, 187, 113]),
        ] as [([(String, [UInt8])], [Int])]
    )
    func precedence(chunks: [(String, [UInt8])], colour: [Int]) async throws {
        try await expect(try coloured(chunks), colour)
    }

    @Test("High dynamic range is mapped to standard range, with distinct light and dark")
    func tones() async throws {
        // 203 cd/m² is 148 of 255 in PQ, 1,000 is 192.
        for (number, light) in [(0, 0...2), (148, 180...195), (192, 252...255), (255, 252...255)] {
            let file = try greyPNG(UInt8(number), [("cICP", [9, 16, 0, 1])])
            let pixel = try await pixel(of: file)
            #expect(light.contains(pixel[0]), "\(number): \(pixel)")
        }
    }

    @Test("Grey, palettes and transparency are converted as well")
    func otherTypes() async throws {
        let names = ["grey-alpha", "grey-16", "one-bit", "palette-clear", "alpha", "interlaced"].map { "\($0).png" }
        for name in names {
            let bytes = try Fixture.bytes(name)
            let light = try lightened(name)
            let (before, after) = (try await pixel(of: bytes), try await pixel(of: light))
            for (one, other) in zip(before.prefix(3), after.prefix(3)) where (20...235).contains(one) {
                let expected = 255 * pow(Double(one) / 255, 0.45455 / 0.7)
                #expect(abs(Double(other) - expected) <= 6, "\(name): \(before) \(after)")
            }
            for (one, other) in zip(before.dropFirst(3), after.dropFirst(3)) { #expect(abs(one - other) <= 3, "alpha") }
        }
    }

    @Test("The animation of a PNG has the colours of its static variants")
    func animated() async throws {
        let file = try lightened("moving.png")
        try await withWorker { worker, media in
            let job = try addJob(file, to: media)
            let picture = try await worker.picture(of: job)
            let still = try Pixels(try #require(picture.variants.last).file(of: job.id), in: media).at(0.2, 0.2)
            let moving = try Pixels(.animated(job.id), in: media).at(0.2, 0.2)
            for channel in 0..<3 { #expect(abs(still[channel] - moving[channel]) <= 14, "\(still) \(moving)") }
        }
    }

    @Test("An orientation after the pixels is applied")
    func lateOrientation() async throws {
        let plain = try Fixture.bytes("plain.png")
        let exif = PNGChunks.chunk("eXIf", EXIFBlock.minimal(orientation: 6))
        try await withWorker { worker, media in
            let file: [UInt8] = plain.dropLast(12) + exif + plain.suffix(12)
            let job = try addJob(file, to: media)
            let variant = try #require(try await worker.render(job).last)
            #expect((variant.width, variant.height) == (64, 96))
            let pixels = try Pixels(variant.file(of: job.id), in: media)
            #expect(isRed(pixels.at(0.9, 0.1)) && isGreen(pixels.at(0.9, 0.9)))
        }
    }

    private static func number(_ value: UInt32) -> [UInt8] { PNGChunks.bytes(value) }

    private static let p3 = [31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000].flatMap { number($0) }

    /// The green of the fixture, with other chunks to say what it means.
    private func coloured(_ chunks: [(String, [UInt8])]) throws -> [UInt8] {
        var bytes = try Fixture.bytes("cicp-display-p3.png")
        bytes.replaceSubrange(33..<33 + 16, with: chunks.flatMap { chunk($0.0, $0.1) })
        return bytes
    }

    private func lightened(_ name: String) throws -> [UInt8] {
        var bytes = try Fixture.bytes(name)
        bytes.insert(contentsOf: PNGChunks.chunk("gAMA", Self.number(70_000)), at: 33)
        return bytes
    }

    private func greyPNG(_ number: UInt8, _ chunks: [(String, [UInt8])]) throws -> [UInt8] {
        let header = chunk("IHDR", Self.number(16) + Self.number(16) + [8, 0, 0, 0, 0])
        let row: [UInt8] = [0] + [UInt8](repeating: number, count: 16)
        var file: [UInt8] = [0x89] + Array("PNG\r\n\u{1A}\n".utf8) + header
        for (type, payload) in chunks { file += chunk(type, payload) }
        file += chunk("IDAT", ZlibStream.bytes((0..<16).flatMap { _ in row }))
        return file + chunk("IEND", [])
    }

    private func chunk(_ type: String, _ payload: [UInt8]) -> [UInt8] {
        let content = Array(type.utf8) + payload
        return Self.number(UInt32(payload.count)) + content + Self.number(CRC32.checksum(of: content))
    }

    private func expect(_ file: [UInt8], _ colour: [Int]) async throws {
        let pixel = try await pixel(of: file)
        let isNear = zip(pixel, colour).allSatisfy { abs($0 - $1) <= 3 }
        #expect(isNear, "\(pixel), not \(colour)")
    }

    /// The middle of the largest variant.
    private func pixel(of file: [UInt8]) async throws -> [Int] {
        try await withWorker { worker, media in
            let job = try addJob(file, to: media)
            let variant = try #require(try await worker.render(job).last)
            return try Pixels(variant.file(of: job.id), in: media).at(0.5, 0.5)
        }
    }
}

@Suite("Colour profile bombs", .serialized, .timeLimit(.standard))
struct ProfileBombTests {
    @Test("I8: a profile that inflates to 48 MiB is not used, and the picture is rendered without it")
    func profile() async throws {
        var limits = WorkerLimits.patient
        limits.memoryCeiling = 200 << 20
        try await withWorker(limits: limits) { worker, media in
            let plain = try Fixture.bytes("plain.png")
            let header = PNGChunks.signatureLength + 25
            let bomb = PNGChunks.chunk("iCCP", Array("bomb\0\0".utf8) + (try packedProfile(byteCount: 48 << 20)))
            #expect(bomb.count < 400_000)
            let job = try addJob(plain[..<header] + bomb + plain[header...], to: media)
            let picture = try await worker.picture(of: job)
            let largest = try #require(picture.variants.last)
            #expect(isRed(try Pixels(largest.file(of: job.id), in: media).at(0.1, 0.1)))
        }
    }

    /// A profile as photographs have it, with zeros behind it, in a zlib stream.
    private func packedProfile(byteCount: Int) throws -> [UInt8] {
        let photograph = try Fixture.bytes("p3-profile.jpg")
        let name = Array("ICC_PROFILE\0".utf8)
        let start = try #require(
            photograph.indices.first { photograph[$0...].starts(with: name) }.map { $0 + name.count + 2 }
        )
        let length = photograph[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
        let head = PNGChunks.bytes(UInt32(byteCount)) + photograph[start + 4..<start + length]
        return ZlibStream.bytes(head, zeros: byteCount - head.count)
    }
}
