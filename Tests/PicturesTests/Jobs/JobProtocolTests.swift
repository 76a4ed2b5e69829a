import FoundationEssentials
import TestSupport
import Testing
import Vocabulary

@testable import Pictures

@Suite(.timeLimit(.standard)) struct WorkerLineTests {
    @Test("Lines are assembled from any chunks, and long ones are limited (I8)")
    func lines() {
        var splitter = LineSplitter(lengthLimit: 4)
        #expect(splitter.feed(Array("ab".utf8)).isEmpty)
        #expect(splitter.feed(Array("c\n\nlonger than that\nx".utf8)) == [Array("abc".utf8), Array("long".utf8)])
        #expect(splitter.feed(Array("\n".utf8)) == [Array("x".utf8)])
    }

    @Test("Messages can be decoded by the other side")
    func roundTrip() throws {
        var facts = ImageFacts(format: .jpeg)
        facts.storedWidth = 4_000
        let job = RenderJob(id: BlobID.random(), facts: facts)
        #expect(WorkerLine.decode(try WorkerLine.encode(job), as: RenderJob.self) == job)
        let variant = RenderedVariant(
            size: .large,
            fileSize: .medium,
            format: .jpg,
            width: 800,
            height: 600,
            byteCount: 9
        )
        for message: WorkerMessage in [
            .ready(version: 1),
            .rendered(id: job.id, picture: RenderedPicture(variants: [variant], placeholder: Data(count: 25))),
            .failed(id: job.id, code: .truncated),
            .leaving(reason: .idle),
        ] {
            let line = try WorkerLine.encode(message)
            #expect(line.count < WorkerLine.lengthLimit)
            #expect(WorkerLine.decode(line, as: WorkerMessage.self) == message)
        }
        #expect(WorkerLine.decode(Array("nonsense".utf8), as: WorkerMessage.self) == nil)
    }
}

@Suite(.timeLimit(.standard)) struct RenderedPictureTests {
    private func variant(_ size: VariantSize, by fileSize: VariantSize, width: Int = 96) -> RenderedVariant {
        RenderedVariant(size: size, fileSize: fileSize, format: .jpg, width: width, height: 64, byteCount: 9)
    }

    private func isConsistent(_ variants: [RenderedVariant], placeholder: Int = 25) -> Bool {
        RenderedPicture(variants: variants, placeholder: Data(repeating: 1, count: placeholder)).isConsistent
    }

    @Test("I6: the reported sizes must be consistent")
    func sizes() {
        let (small, medium) = (variant(.thumbnail, by: .thumbnail), variant(.medium, by: .medium, width: 500))
        #expect(isConsistent([small, small.serving(.medium), small.serving(.large)]))
        #expect(isConsistent([small, medium, medium.serving(.large)]))
        #expect(!isConsistent([]))
        #expect(!isConsistent([small, medium]))
        #expect(!isConsistent([small, small, small]))
        #expect(!isConsistent([small, medium, variant(.large, by: .medium, width: 501)]), "another width")
        #expect(!isConsistent([small, small.serving(.medium), variant(.large, by: .medium)]), "no file of its own")
        #expect(!isConsistent([variant(.thumbnail, by: .medium), medium, medium.serving(.large)]), "a larger file")
        #expect(!isConsistent([small, small.serving(.medium), small.serving(.large)], placeholder: 26))
        #expect(!isConsistent([small, small.serving(.medium), small.serving(.large)], placeholder: 4))
    }
}

@Suite(.timeLimit(.standard)) struct VariantFileTests {
    @Test("The name of a variant can be parsed")
    func variantName() {
        let id = BlobID.random()
        for file in VariantFile.all(of: id) { #expect(VariantFile(name: file.name) == file) }
        #expect(VariantFile.animated(id).name == "\(id).animated.webp")
        #expect(VariantFile.all(of: id).contains(.animated(id)))
    }

    @Test(
        "Other names are not those of variants",
        arguments: [
            "0f9619ff-8b86-4d01-b42d-00cf4fc964ff", "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.150",
            "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.151.jpg", "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.150.png",
            "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.0150.jpg", "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.150.jpg.part",
            "0f9619ff-8b86-4d01-b42d-00cf4fc964ff..jpg", "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.animated",
            "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.animated.jpg", "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.Animated.webp",
            "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.animated.150.webp",
        ]
    )
    func strictVariantName(name: String) {
        #expect(VariantFile(name: name) == nil)
    }
}

@Suite(.timeLimit(.standard)) struct SessionLimitsTests {
    @Test("A worker reads the environment of its server")
    func roundTrip() {
        var limits = SessionLimits()
        limits.idleMilliseconds = 1
        limits.jobCount = 2
        limits.residentByteCount = 3
        #expect(SessionLimits(from: limits.environment) == limits)
    }

    @Test("Missing and invalid values are the defaults")
    func defaults() {
        #expect(SessionLimits(from: [:]) == SessionLimits())
        #expect(SessionLimits(from: ["SNUG_WORKER_JOBS": "many"]) == SessionLimits())
        #expect(SessionLimits(from: ["SNUG_WORKER_IDLE_MS": "9999999999"]).idleMilliseconds == .max)
    }
}
