import TestSupport
import Testing
import Vocabulary

@testable import Chat

@Suite("What moves to the archive", .timeLimit(.standard))
struct ArchivePlanTests {
    private let room = Room.ID.random()

    /// - Parameter messages: Number and age in days.
    private func plan(
        _ messages: [(Int64, Int)],
        archivedSeq: Int64 = 0,
        keptFrom: Int64? = 1000
    ) -> ArchivePlan? {
        let now = Timestamp(milliseconds: 1_800_000_000_000)
        return ArchiveCandidates(
            room: room,
            archivedSeq: archivedSeq,
            keptFrom: keptFrom,
            messages: messages.map { (seq: $0.0, createdAt: now - .seconds($0.1 * 86_400)) }
        ).plan(before: now - .seconds(30 * 86_400))
    }

    private func expected(after: Int64, upTo: Int64, count: Int, archivedSeq: Int64 = 0) -> ArchivePlan {
        ArchivePlan(room: room, after: after, upTo: upTo, count: count, archivedSeq: archivedSeq)
    }

    @Test("Messages that are old enough move, up to the first that is not")
    func age() {
        #expect(plan([(2, 40), (5, 31), (6, 30), (7, 99)]) == expected(after: 0, upTo: 5, count: 2))
        #expect(plan([(2, 29), (5, 40)]) == nil)
        #expect(plan([]) == nil)
    }

    @Test("The newest messages stay, whatever their age")
    func kept() {
        #expect(plan([(2, 40), (5, 40), (6, 40)], keptFrom: 6) == expected(after: 0, upTo: 5, count: 2))
        #expect(plan([(6, 40), (7, 40)], keptFrom: 6) == nil)
        #expect(plan([(2, 40)], keptFrom: nil) == nil)
    }

    @Test("A batch begins at the boundary, so that nothing beyond it is taken for archived")
    func boundary() {
        let moved = plan([(7, 40), (9, 40)], archivedSeq: 4)
        #expect(moved == expected(after: 4, upTo: 9, count: 2, archivedSeq: 4))
        #expect(moved?.movesBoundary == true)
    }

    @Test("Messages that have returned move whatever their age, in a batch of their own")
    func returned() {
        let moved = plan([(3, 1), (4, 40), (8, 40)], archivedSeq: 4, keptFrom: nil)
        #expect(moved == expected(after: 2, upTo: 4, count: 2, archivedSeq: 4))
        #expect(moved?.movesBoundary == false)
    }
}
