import Fixtures
import Media
import Pictures
import TestSupport
import Testing
import Vocabulary

@testable import MediaWorker

@Suite(.serialized, .timeLimit(.standard)) struct RenderingTests {
    @Test("A picture is rendered upright in all orientations")
    func orientations() async throws {
        try await withWorker { supervisor, media in
            for name in (1...8).map({ "orientation-\($0).jpg" }) + ["orientation-6.png", "orientation-6.webp"] {
                let job = try addJob(name, to: media)
                let variant = try #require(try await supervisor.render(job).first)
                #expect((variant.width, variant.height) == (96, 64))
                let pixels = try Pixels(variant.file(of: job.id), in: media)
                #expect(isRed(pixels.at(0.1, 0.1)), "\(name)")
                #expect(isGreen(pixels.at(0.9, 0.1)), "\(name)")
            }
        }
    }

    @Test(
        "Colours are preserved",
        arguments: ["cmyk.jpg", "grey-profile.jpg", "srgb-profile.jpg", "progressive.jpg"]
    )
    func colours(name: String) async throws {
        try await expect(name, format: .jpg) { #expect(isRed($0.at(0.1, 0.1)) && isGreen($0.at(0.9, 0.1))) }
    }

    @Test(
        "Every recognised format is rendered",
        arguments: ["still.gif", "moving.gif", "plain.png", "moving.png", "lossy.webp", "lossless.webp", "moving.webp"]
    )
    func formats(name: String) async throws {
        try await expect(name) { #expect(isRed($0.at(0.1, 0.1)) && $0.bandCount == 3) }
    }

    @Test("Transparent pictures become WebP, and an opaque alpha channel is removed")
    func transparency() async throws {
        for name in ["alpha.png", "alpha.webp"] {
            try await expect(name, format: .webp) { #expect($0.bandCount == 4 && $0.at(0.5, 0.1)[3] < 128) }
        }
        try await expect("opaque-rgba.png") { #expect(isRed($0.at(0.1, 0.1)) && $0.bandCount == 3) }
    }

    @Test("A screenshot with a transparent corner keeps the colours of its letters")
    func screenshot() async throws {
        try await withWorker { supervisor, media in
            let job = try addJob("screenshot.png", to: media)
            let variant = try #require(try await supervisor.render(job).last)
            let facts = try #require(try Inspector().inspect(try media.open(.variant(variant.file(of: job.id)))).facts)
            #expect((facts.width, facts.height) == (320, 200))
            #expect(facts.format == .webp && facts.isLossless && facts.hasAlpha)
        }
    }

    @Test("Grey and 16-bit pictures are rendered with 8 bits")
    func grey() async throws {
        try await expect("grey-16.png") { #expect(abs($0.at(0.5, 0.5)[0] - 156) < 4) }
        try await expect("grey.jpg", format: .jpg) { #expect($0.at(0.9, 0.9)[0] > 230) }
        try await expect("opaque-16.png") { #expect(isRed($0.at(0.5, 0.5))) }
        try await expect("clear-16.png", format: .webp) { #expect(abs($0.at(0.5, 0.5)[3] - 128) < 3) }
    }

    @Test("Variants contain no position, name or comment (I7)", arguments: ["gps.jpg", "gps-alpha.png", "alpha.webp"])
    func metadata(name: String) async throws {
        try await withWorker { supervisor, media in
            let job = try addJob(name, to: media)
            for variant in try await supervisor.render(job) {
                let file = try media.open(.variant(variant.file(of: job.id)))
                let text = String(decoding: try file.read(at: 0, count: file.byteCount), as: UTF8.self)
                for word in ["Exif", "EXIF", "XMP ", "ICCP", "GPS", "Secret", "http://ns.adobe.com", "ICC_PROFILE"] {
                    #expect(!text.contains(word))
                }
            }
        }
    }

    @Test(
        "An animated picture has an animation beside its static variants",
        arguments: ["moving.gif", "moving.webp", "moving.png"]
    )
    func moving(name: String) async throws {
        try await withWorker { supervisor, media in
            let job = try addJob(name, to: media)
            let picture = try await supervisor.picture(of: job)
            let animation = try #require(picture.animation)
            #expect((animation.width, animation.height) == (48, 32))
            let file = try media.open(.variant(.animated(job.id)))
            #expect(file.byteCount == animation.byteCount)
            let facts = try #require(try Inspector().inspect(file).facts)
            #expect((facts.frameCount, facts.durationMilliseconds) == (3, 300))
        }
    }

    @Test(
        "The animation is converted with the colour profile like its static variants",
        arguments: ["moving-p3.webp", "moving-p3.png"]
    )
    func movesInColour(name: String) async throws {
        try await withWorker { supervisor, media in
            let job = try addJob(name, to: media)
            let picture = try await supervisor.picture(of: job)
            _ = try #require(picture.animation)
            let still = try Pixels(try #require(picture.variants.last).file(of: job.id), in: media).at(0.2, 0.2)
            let moving = try Pixels(.animated(job.id), in: media).at(0.2, 0.2)
            // 220, 30, 30 in Display P3 has less green and blue in sRGB than can be.
            #expect(still[1] < 18 && still[0] > 225, "\(still)")
            for channel in 0..<3 { #expect(abs(still[channel] - moving[channel]) <= 14, "\(still) \(moving)") }
        }
    }

    @Test("Where the frames of a GIF leave its screen free it is transparent, and never black")
    func cornerOfScreen() async throws {
        try await withWorker { supervisor, media in
            let job = try addJob("moving-corner.gif", to: media)
            let picture = try await supervisor.picture(of: job)
            let still = try Pixels(try #require(picture.variants.last).file(of: job.id), in: media)
            #expect(isRed(still.at(0.1, 0.1)) && still.at(0.1, 0.1)[3] == 255)
            #expect(still.at(0.9, 0.9)[3] == 0)
            let facts = try #require(try Inspector().inspect(try media.open(.variant(.animated(job.id)))).facts)
            #expect((facts.width, facts.height) == (96, 64))
            #expect((facts.frameCount, facts.durationMilliseconds, facts.hasAlpha) == (3, 300, true))
        }
    }

    @Test("A picture with too long an animation has only static variants (I8)")
    func movesTooLong() {
        func allows(_ width: Int, _ height: Int, frames: Int, _ format: FileKind = .gif) -> Bool {
            var facts = ImageFacts(format: format)
            (facts.storedWidth, facts.storedHeight) = (width, height)
            (facts.isAnimated, facts.frameCount) = (true, frames)
            return AnimationBudget.permits(facts)
        }
        #expect(allows(800, 500, frames: 75))
        #expect(!allows(800, 500, frames: 76))
        #expect(allows(1, 1, frames: 300))
        #expect(!allows(1, 1, frames: 301))
        #expect(!allows(16_000, 1_000, frames: 10))
        #expect(!allows(800, 500, frames: 1))
        #expect(allows(500, 500, frames: 60, .webp))
        #expect(!allows(500, 500, frames: 61, .webp))
        #expect(allows(2_500, 2_000, frames: 2, .png))
        #expect(!allows(2_500, 2_001, frames: 2, .png))
    }

    @Test("A grey picture is as bright as its profile defines", arguments: ["linear-grey.jpg", "linear-grey.png"])
    func linearGrey(name: String) async throws {
        try await withWorker { supervisor, media in
            let job = try addJob(name, to: media)
            let variant = try #require(try await supervisor.render(job).first)
            // Half of the light is 188 of 255 in sRGB (IEC 61966-2-1).
            let light = try Pixels(variant.file(of: job.id), in: media).at(0.5, 0.5)
            #expect(light.allSatisfy { abs($0 - 188) <= 3 }, "\(light)")
        }
    }

    @Test("Data after a picture in its file is not in its variants (I6)")
    func polyglot() async throws {
        try await withWorker { supervisor, media in
            let job = try addJob("polyglot.jpg", to: media)
            for variant in try await supervisor.render(job) {
                let file = try media.open(.variant(variant.file(of: job.id)))
                #expect(
                    !String(decoding: try file.read(at: 0, count: file.byteCount), as: UTF8.self).contains("payload")
                )
            }
        }
    }

    @Test("A small picture is not enlarged and gets one file for all sizes")
    func small() async throws {
        try await withWorker { supervisor, media in
            let job = try addJob("plain.png", to: media)
            let variants = try await supervisor.render(job)
            #expect(variants.map(\.size) == [.thumbnail, .medium, .large])
            #expect(variants.allSatisfy { $0.fileSize == .thumbnail && ($0.width, $0.height) == (96, 64) })
            #expect(try files(below: "\(media.path)/variants").count == 1)
        }
    }

    @Test("Each size that differs gets its own file, complete and of the reported size (I4)")
    func sizes() async throws {
        try await withWorker { supervisor, media in
            let job = try addJob("textured.jpg", to: media)
            let variants = try await supervisor.render(job)
            #expect(variants.map(\.fileSize) == [.thumbnail, .medium, .medium])
            #expect(variants.map(\.width) == [150, 200, 200])
            for variant in variants {
                #expect(try media.byteCount(of: .variant(variant.file(of: job.id))) == variant.byteCount)
                let pixels = try Pixels(variant.file(of: job.id), in: media)
                #expect((pixels.width, pixels.height) == (variant.width, variant.height))
            }
            #expect(try files(below: "\(media.path)/variants").count == 2)
            #expect(try files(below: "\(media.path)/incoming").isEmpty)
        }
    }

    @Test(
        "A placeholder has the colours of the picture",
        arguments: ["textured.jpg", "alpha.png", "grey.jpg", "moving.gif"]
    )
    func placeholder(name: String) async throws {
        try await withWorker { supervisor, media in
            let bytes = Array(try await supervisor.picture(of: try addJob(name, to: media)).placeholder)
            #expect((5...25).contains(bytes.count))
            // The first six bits are the average light: neither black nor white.
            #expect((10...55).contains(bytes[0] & 63))
            #expect((bytes[2] & 0x80 != 0) == (name == "alpha.png"))
        }
    }

    @Test("Rendering a picture again gives the same variants (I3)")
    func again() async throws {
        try await withWorker { supervisor, media in
            let job = try addJob("textured.jpg", to: media)
            let first = try await supervisor.render(job)
            #expect(try await supervisor.render(job) == first)
            #expect(try files(below: "\(media.path)/variants").count == 2)
        }
    }

    @Test("A JPEG that lacks only its end marker is complete")
    func noEndMarker() async throws {
        try await withWorker { supervisor, media in
            let job = try addJob("no-end-marker.jpg", to: media)
            #expect(try await supervisor.render(job).count == 3)
        }
    }

    @Test(
        "An undecodable picture fails with a reason and leaves no variant (I4)",
        arguments: [
            ("header-only.jpg", MediaFailureCode.truncated), ("cut.png", .truncated), ("text.jpg", .undecodable),
            ("empty.jpg", .undecodable), ("picture.svg", .undecodable), ("picture.tiff", .undecodable),
        ]
    )
    func damaged(name: String, code: MediaFailureCode) async throws {
        try await withWorker { supervisor, media in
            let job = try addJob(name, to: media)
            await #expect(throws: RenderFailure.rejected(code)) { try await supervisor.render(job) }
            #expect(try files(below: "\(media.path)/variants").isEmpty)
            #expect(await supervisor.status.processID != nil)
        }
    }

    @Test("A picture whose decoder reports another size than the checked one is not decoded (I6)")
    func otherSize() async throws {
        try await withWorker { supervisor, media in
            let good = try addJob("plain.png", to: media)
            var facts = good.facts
            facts.storedWidth += 1
            let job = RenderJob(id: good.id, facts: facts)
            await #expect(throws: RenderFailure.rejected(.tooComplex)) { try await supervisor.render(job) }
        }
    }

    private func expect(
        _ name: String,
        format: VariantFormat? = nil,
        _ check: @escaping @Sendable (Pixels) -> Void
    ) async throws {
        try await withWorker { supervisor, media in
            let job = try addJob(name, to: media)
            let variant = try #require(try await supervisor.render(job).first)
            if let format { #expect(variant.format == format) }
            check(try Pixels(variant.file(of: job.id), in: media))
        }
    }
}
