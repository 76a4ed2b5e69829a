import Fixtures
import Foundation
import Mutation

/// The fixtures that become pictures, with their renderings.
struct WholePictures: Sendable {
    private struct Whole {
        let bytes: [UInt8]
        let rendering: WorkerHarness.Rendering
    }

    private let pictures: [Whole]

    init(_ harness: WorkerHarness) async throws {
        var pictures: [Whole] = []
        for name in try Fixture.names {
            let bytes = try Fixture.bytes(name)
            let rendering = bytes.isEmpty ? nil : try await harness.render(bytes)
            if let rendering, rendering.outcome == .ready { pictures.append(Whole(bytes: bytes, rendering: rendering)) }
        }
        self.pictures = pictures
    }

    /// The beginning of one of them, and the rendering of the complete file.
    func cut(_ round: Int, seed: UInt64) -> (bytes: [UInt8], whole: WorkerHarness.Rendering) {
        var random = SeededRandom(seed: seed &+ UInt64(round))
        let picture = pictures[Int.random(in: pictures.indices, using: &random)]
        let count = Int.random(in: 1..<picture.bytes.count, using: &random)
        return (Array(picture.bytes.prefix(count)), picture.rendering)
    }
}
