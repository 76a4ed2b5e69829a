import Fixtures
import Media
import TestSupport
import Testing
import Vocabulary

@testable import MediaWorker
@testable import Pictures

/// Renders damaged files with the real worker: decodable ones are marked as damaged, others fail with the correct
/// reason.
@Suite("Damaged pictures", .serialized, .timeLimit(.standard)) struct DamagedPictureTests {
    private enum Outcome: Equatable {
        case whole
        case damaged
        case failed(RenderFailure)
    }

    @Test("A truncated JPEG is rendered and marked as damaged, baseline or progressive", arguments: [300, 400])
    func jpegWithoutEnd(missing: Int) async throws {
        try await withWorker { worker, media in
            for name in ["photograph.jpg", "photograph-progressive.jpg"] {
                let bytes = try Fixture.bytes(name).dropLast(missing)
                #expect(await outcome(of: Array(bytes), worker, media) == .damaged, "\(name)")
            }
        }
    }

    @Test("A progressive JPEG without its last scans is rendered more coarsely and marked as damaged")
    func missingScans() async throws {
        let whole = try Fixture.bytes("photograph-progressive.jpg")
        let scans = whole.indices.dropLast().filter { whole[$0] == 0xFF && whole[$0 + 1] == 0xDA }
        #expect(scans.count > 5)
        try await withWorker { worker, media in
            for end in scans.dropFirst() {
                #expect(await outcome(of: Array(whole[..<end]), worker, media) == .damaged)
            }
            let header = Array(whole[..<scans[0]])
            #expect(await outcome(of: header, worker, media) == .failed(.rejected(.truncated)))
        }
    }

    @Test(
        "Pictures without their last twentieth are rendered and marked as damaged",
        arguments: ["png", "gif", "webp", "lossless"]
    )
    func withoutLastTwentieth(format: String) async throws {
        try startVips()
        let bytes = try Self.picture(in: format)
        try await withWorker { worker, media in
            let job = try addJob(Array(bytes.prefix(bytes.count * 95 / 100)), to: media)
            let picture = try await worker.picture(of: job)
            #expect(picture.isDamaged)
            let whole = try await worker.picture(of: addJob(bytes, to: media))
            #expect(!whole.isDamaged)
            #expect(picture.variants.map { [$0.width, $0.height] } == whole.variants.map { [$0.width, $0.height] })
            let pixels = try Pixels(try #require(picture.variants.last).file(of: job.id), in: media)
            // Missing rows at the bottom are grey.
            #expect(pixels.at(0.5, 0.995).prefix(3).allSatisfy { abs($0 - 128) <= 6 }, "\(pixels.at(0.5, 0.995))")
            #expect(await outcome(of: Array(bytes.prefix(bytes.count / 4)), worker, media) != .damaged)
        }
    }

    @Test("A GIF with wrong bytes has its complete rows, and grey for the rows that its decoder fills")
    func wrongCodes() async throws {
        try startVips()
        let whole = try Self.picture(in: "gif")
        try await withWorker { worker, media in
            for (place, expected) in [(0.8, Outcome.damaged), (0.2, .failed(.rejected(.undecodable)))] {
                let position = Int(Double(whole.count) * place)
                let zeroed = whole[..<position] + [UInt8](repeating: 0, count: 64) + whole[(position + 64)...]
                // 0xFF is beyond a table of 128 colours and some codes.
                let senseless = whole[..<position] + [UInt8](repeating: 0xFF, count: 4) + whole[(position + 4)...]
                for bytes in [zeroed, senseless] {
                    #expect(await outcome(of: Array(bytes), worker, media) == expected, "\(place)")
                    guard expected == .damaged else { continue }
                    let job = try addJob(Array(bytes), to: media)
                    let picture = try await worker.picture(of: job)
                    let pixels = try Pixels(try #require(picture.variants.last).file(of: job.id), in: media)
                    #expect(pixels.at(0.5, 0.99).prefix(3).allSatisfy { abs($0 - 128) <= 6 })
                    #expect(pixels.at(0.5, 0.5).prefix(3).contains { abs($0 - 128) > 6 })
                }
            }
            #expect(await outcome(of: whole, worker, media) == .whole)
        }
    }

    @Test("Half of the rows of a wide JPEG are counted in its coded data, not in a small version")
    func wideJPEG() async throws {
        try startVips()
        var random = SeededRandom(seed: 2)
        let (width, height) = (4_000, 48)
        let light = (0..<width * height).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let bytes = try Picture(pixels: light.flatMap { [$0, $0, $0, 255] }, width: width, height: height)
            .file(as: .jpeg(80))
        try await withWorker { worker, media in
            for (share, expected) in [
                (20, Outcome.failed(.rejected(.truncated))), (45, .failed(.rejected(.truncated))), (80, .damaged),
            ] {
                let cut = Array(bytes.prefix(bytes.count * share / 100))
                #expect(await outcome(of: cut, worker, media) == expected, "\(share) %")
            }
        }
    }

    @Test("A truncated WebP has its decodable rows")
    func cutWebP() async throws {
        try await withWorker { worker, media in
            let job = try addJob("last-twentieth-missing.webp", to: media)
            let picture = try await worker.picture(of: job)
            #expect(picture.isDamaged)
            #expect(picture.variants.map { [$0.width, $0.height] } == [[150, 100], [600, 400], [600, 400]])
        }
    }

    @Test("A PNG with a wrong checksum in any chunk is rendered and marked as damaged")
    func wrongChecksums() async throws {
        try await withWorker { worker, media in
            for name in ["photograph", "palette-clear", "cut-profile", "gama-0.7-browsers-lighten"] {
                let whole = try Fixture.bytes("\(name).png")
                var source = BufferedFileReader(whole)
                var chunks = PNGChunks()
                while let chunk = chunks.next(&source), chunk.type != "IEND" {
                    var bytes = whole
                    bytes[chunk.end - 1] ^= 0x55
                    #expect(await outcome(of: bytes, worker, media) == .damaged, "\(name), \(chunk.type)")
                }
                #expect(await outcome(of: whole, worker, media) == .whole, "\(name)")
            }
        }
    }

    @Test("A wrong byte in the pixels of a PNG leaves the rows above it", arguments: [0.2, 0.8])
    func wrongPixels(place: Double) async throws {
        try await withWorker { worker, media in
            var bytes = try Fixture.bytes("photograph.png")
            let position = Int(Double(bytes.count) * place)
            for index in position..<position + 8 { bytes[index] ^= 0xFF }
            let expected: Outcome = place < 0.5 ? .failed(.rejected(.undecodable)) : .damaged
            #expect(await outcome(of: bytes, worker, media) == expected)
        }
    }

    @Test("A truncated animation has its complete frames", arguments: ["gif", "webp"])
    func cutAnimation(format: String) async throws {
        try await withWorker { worker, media in
            let whole = try Fixture.bytes("moving.\(format)")
            let picture = try await worker.picture(of: addJob(Array(whole.dropLast(20)), to: media))
            #expect(picture.isDamaged)
            #expect(picture.animation != nil)
        }
    }

    @Test("A WebP that lacks only metadata is complete, unless it may have had the orientation")
    func cutMetadata() async throws {
        let turned = try Fixture.bytes("orientation-6.webp")
        let phone = try Fixture.bytes("phone.webp")
        var source = BufferedFileReader(phone)
        var chunks = RIFFChunks(&source)
        var ends: [FourCC: Int] = [:]
        while let chunk = chunks.next(&source) { ends[chunk.type] = chunk.end }
        let (exif, xmp) = (try #require(ends["EXIF"]), try #require(ends["XMP "]))
        #expect(exif < xmp)
        try await withWorker { worker, media in
            #expect(await outcome(of: Array(turned.dropLast(4)), worker, media) == .damaged)
            #expect(await outcome(of: Array(phone.prefix(exif - 4)), worker, media) == .damaged)
            #expect(await outcome(of: Array(phone.prefix(xmp - 4)), worker, media) == .whole)
        }
    }

    @Test(
        "Every JPEG with one wrong byte is rendered, or fails with the correct reason",
        arguments: ["photograph.jpg", "photograph-progressive.jpg", "restart.jpg", "textured.jpg"]
    )
    func wrongBytes(name: String) async throws {
        let whole = try Fixture.bytes(name)
        var random = SeededRandom(seed: 11)
        let scan = try #require(whole.indices.dropLast().first { whole[$0] == 0xFF && whole[$0 + 1] == 0xDA })
        var inputs: [[UInt8]] = []
        for _ in 0..<20 {
            var bytes = whole
            bytes[Int.random(in: scan + 14..<whole.count - 2, using: &random)] ^= UInt8.random(
                in: 1...255,
                using: &random
            )
            inputs.append(bytes)
        }
        try await withWorker { [inputs] worker, media in
            var outcomes: [Outcome] = []
            for bytes in inputs { outcomes.append(await outcome(of: bytes, worker, media)) }
            // Its end exists, so it is not truncated.
            #expect(outcomes.allSatisfy { [.whole, .damaged, .failed(.rejected(.undecodable))].contains($0) })
            #expect(outcomes.count { $0 == .damaged } >= (name.hasPrefix("photograph") ? 5 : 0))
            #expect(outcomes.count { $0 != .whole && $0 != .damaged } <= 6, "\(outcomes)")
        }
    }

    /// A quarter of the sides, so that a block of the JPEG is two by two pixels.
    @Test("Of single wrong bytes visible in more than eight blocks, three in four are marked as damage")
    func visibleDamage() throws {
        try startVips()
        let whole = try Fixture.bytes("photograph.jpg")
        let scan = try #require(whole.indices.dropLast().first { whole[$0] == 0xFF && whole[$0 + 1] == 0xDA })
        let light = try GreyPicture(Picture(decoding: whole, side: 300)).light
        var random = SeededRandom(seed: 17)
        var (visible, marked) = (0, 0)
        for _ in 0..<100 {
            var bytes = whole
            let position = Int.random(in: scan + 14..<whole.count - 2, using: &random)
            bytes[position] ^= UInt8.random(in: 1...255, using: &random)
            let damaged = try GreyPicture(Picture(decoding: bytes, side: 300, strictness: .none)).light
            guard zip(light, damaged).count(where: { abs(Int($0) - Int($1)) >= 4 }) > 8 * 4 else { continue }
            visible += 1
            marked += JPEGDamage.isFound(in: bytes) ? 1 : 0
        }
        #expect(visible >= 30)
        #expect(marked * 4 >= visible * 3, "\(marked) of \(visible)")
    }

    @Test("A marker caused by a wrong byte does not end a JPEG")
    func falseMarker() async throws {
        var bytes = try Fixture.bytes("photograph.jpg")
        let scan = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
        let stuffed = try #require(
            bytes.indices.dropFirst(scan + 5_000).first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0 }
        )
        for marker in [0xC0, 0xC5, 0xD3, 0xE1, 0x50] as [UInt8] {
            bytes[stuffed + 1] = marker
            try await withWorker { [bytes] worker, media in
                #expect(await outcome(of: bytes, worker, media) == .damaged, "\(marker)")
            }
        }
    }

    @Test("Padding before the end marker, and bytes between the segments of a header, are not damage")
    func padding() async throws {
        let whole = try Fixture.bytes("photograph.jpg")
        let end = whole.count - 2
        for padding in [[0, 0, 0], [0xFF, 0xFF], [0xFF, 0, 0xFF, 0]] as [[UInt8]] {
            let bytes = whole[..<end] + padding + whole[end...]
            try await withWorker { worker, media in
                #expect(await outcome(of: Array(bytes), worker, media) == .whole, "\(padding)")
            }
        }
        // The length of the first segment follows its marker.
        let behindFirst = 4 + (Int(whole[4]) << 8 | Int(whole[5]))
        let gap = Array(whole[..<behindFirst] + [1, 2, 3] + whole[behindFirst...])
        try await withWorker { worker, media in
            #expect(await outcome(of: gap, worker, media) == .whole)
        }
    }

    private func outcome(of bytes: [UInt8], _ worker: TestWorker, _ media: MediaFolder) async -> Outcome {
        do {
            let job = try addJob(bytes, to: media)
            let picture = try await worker.picture(of: job)
            guard picture.variants.map(\.size) == VariantSize.allCases.sorted() else { return .failed(.invalidOutput) }
            return picture.isDamaged ? .damaged : .whole
        } catch {
            return .failed(error as? RenderFailure ?? .invalidOutput)
        }
    }

    /// A photograph, encoded losslessly if the format supports it.
    private static func picture(in format: String) throws -> [UInt8] {
        let photograph = try Picture(decoding: try Fixture.bytes("photograph.png"), side: 240)
        switch format {
        case "png": return try Fixture.bytes("photograph.png")
        case "gif": return GIFFile.greys(try GreyPicture(photograph))
        case "webp": return try photograph.file(as: .webP(90))
        default: return try photograph.file(as: .lossless)
        }
    }
}
