import FoundationEssentials
import Pictures
import Testing
import Vocabulary

@testable import Media

@Suite struct JobQueueTests {
    @Test("Jobs are done in the order in which they came, one at a time")
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

    @Test("A full queue takes no more (I8)")
    func full() {
        var queue = JobQueue<BlobID>(lengthLimit: 1)
        #expect(queue.add(job()) != nil)
        #expect(queue.add(job()) == nil)
    }

    @Test("A job that no worker begins goes back to the front, but not for ever")
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

    @Test("A job that nobody waits for is forgotten")
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

    @Test("Everybody is told when it ends")
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
