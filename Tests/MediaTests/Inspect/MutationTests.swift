import Mutation
import TestSupport
import Testing

@Suite(.timeLimit(.standard)) struct MutationTests {
    private static let roundCount = 3_000

    @Test("No damaged file crashes a parser or breaks its rules (I6)", arguments: Subject.allCases)
    func mutated(subject: Subject) throws {
        let mutator = Mutator(corpus: try subject.corpus)
        let check = try subject.makeCheck()
        for round in 0..<Self.roundCount {
            // Throws what was broken; `snug-fuzz` plays the round again.
            try check(mutator.file(seed: 0x5EED, round: round))
        }
    }

    @Test("The same seed and round give the same file, and others give another")
    func seeded() throws {
        let mutator = Mutator(corpus: try Subject.headers.corpus)
        #expect(mutator.file(seed: 1, round: 2) == mutator.file(seed: 1, round: 2))
        let files = Set((0..<100).map { mutator.file(seed: 1, round: $0) })
        #expect(files.count > 90)
    }
}
