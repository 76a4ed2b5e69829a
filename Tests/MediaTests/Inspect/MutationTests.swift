import Fixtures
import TestSupport
import Testing

@testable import Media

@Suite struct MutationTests {
    private static let roundCount = 20_000
    /// Bytes of a fixture that are mutated: headers are at the front.
    private static let lengthLimit = 4_096

    @Test("No damaged file crashes the header walks (I6)", .timeLimit(.minutes(5)))
    func mutated() throws {
        let inspector = try Inspector()
        let files = try Fixture.names.map { Array(try Fixture.bytes($0).prefix(Self.lengthLimit)) }.filter {
            !$0.isEmpty
        }
        var random = SeededRandom(seed: 0x5EED)
        var imageCount = 0
        for round in 0..<Self.roundCount {
            var source = ByteSource(mutate(files[round % files.count], &random))
            if let inspection = try? inspector.inspect(&source), inspection.isImage { imageCount += 1 }
        }
        // Most mutants still look like pictures, otherwise nothing was tried.
        #expect(imageCount > Self.roundCount / 10)
    }

    private func mutate(_ file: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var file = file
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            let index = Int.random(in: 0..<file.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: file[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: file[index] = UInt8.random(in: .min ... .max, using: &random)
            case 2: file[index] = 0xFF
            case 3: file[index] = 0
            case 4: file.insert(file[index], at: index)
            default: file.removeLast(min(index, file.count - 1))
            }
        }
        return file
    }
}
