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
