import FoundationEssentials
import Pictures
import TestSupport
import Testing
import Vocabulary

@testable import Media

@Suite(.timeLimit(.standard)) struct JobQueueTests {
    @Test("Jobs are done in order of arrival, one at a time")
    func order() {
        var queue = JobQueue<BlobID>(lengthLimit: 3)
        let jobs = (0..<3).map { _ in job() }
        for job in jobs { _ = queue.add(job) }
        for job in jobs {
            #expect(queue.take() == job)
            #expect(queue.take() == nil)
            queue.answerCurrent(.success(RenderedPicture(variants: [], placeholder: Data())))
        }
        #expect(queue.isEmpty)
    }

    @Test("A full queue accepts no more jobs (I8)")
    func full() {
        var queue = JobQueue<BlobID>(lengthLimit: 1)
        #expect(queue.add(job()) != nil)
        #expect(queue.add(job()) == nil)
    }

    @Test("A job that no worker begins returns to the front, but not endlessly")
    func putBack() {
        var queue = JobQueue<BlobID>(lengthLimit: 2)
        let first = job()
        _ = queue.add(first)
        _ = queue.add(job())
        for _ in 1..<JobQueue<BlobID>.handOverLimit {
            #expect(queue.take() == first)
            let isBack = queue.putBack()
            #expect(isBack)
        }
        #expect(queue.take() == first)
        let isBack = queue.putBack()
        #expect(!isBack)
    }

    @Test("A job without a caller is removed")
    func abandoned() throws {
        var queue = JobQueue<BlobID>(lengthLimit: 2)
        let added = queue.add(job())
        let (number, _) = try #require(added)
        let other = job()
        _ = queue.add(other)
        queue.abandon(number)
        #expect(queue.take() == other)
        #expect(queue.isEmpty)
    }

    @Test("All callers get an answer when it ends")
    func failAll() async throws {
        var queue = JobQueue<BlobID>(lengthLimit: 2)
        let added = [queue.add(job()), queue.add(job())]
        _ = queue.take()
        queue.failAll(.stopping)
        for ticket in added {
            #expect(try await #require(ticket).answers.first { _ in true } == .failure(.stopping))
        }
    }

    private func job() -> BlobID { BlobID.random() }
}

@Suite("Estimated cost of rendering", .timeLimit(.standard))
struct RenderCostTests {
    private func cost(_ format: FileKind, _ width: Int, _ height: Int, isProgressive: Bool = false) -> Int {
        var facts = ImageFacts(format: format)
        (facts.storedWidth, facts.storedHeight, facts.isProgressive) = (width, height, isProgressive)
        return facts.renderCost
    }

    @Test(
        "It grows with the pixels, each format at its own rate",
        arguments: [
            (FileKind.jpeg, 84), (.png, 312), (.gif, 120), (.webp, 216), (.heif, 720), (.avif, 720),
        ]
    )
    func rates(format: FileKind, milliseconds: Int) {
        #expect(cost(format, 4000, 3000) == milliseconds)
    }

    @Test("A progressive JPEG costs more than twice what a baseline one does")
    func progressive() {
        #expect(cost(.jpeg, 4000, 3000, isProgressive: true) == 192)
    }

    @Test("I8: it has a floor and a ceiling, whatever a header claims")
    func bounds() {
        #expect(cost(.jpeg, 16, 16) == 5)
        #expect(cost(.jpeg, 0, 0) == 5)
        #expect(cost(.png, .max, .max) == 600_000)
        #expect(cost(.png, -1, .max) == 5)
    }
}
