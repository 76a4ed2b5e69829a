import Foundation

/// The variants of the same files by libvips alone, on the product's core.
struct Baseline: Sendable {
    /// Time for one file, in milliseconds.
    struct Cost: Sendable {
        let wall: Double
        let processor: Double
    }

    struct Unreadable: Error {
        let output: String
    }

    let program: URL
    let confinement: Confinement

    /// The median of all rounds for each file. The first round warms up and does not count.
    func measure(_ photographs: [Photograph], rounds: Int) async throws -> [Cost] {
        let command = [program.path, "\(rounds + 1)"] + photographs.map { $0.file.path }
        let output = try await Command.run(confinement.onCore(command))
        let costs = output.split(separator: "\n").compactMap(cost)
        guard costs.count == (rounds + 1) * photographs.count else { throw Unreadable(output: output) }
        return photographs.indices.map { index in
            let mine = stride(from: photographs.count + index, to: costs.count, by: photographs.count).map { costs[$0] }
            return Cost(
                wall: Percentiles(mine.map(\.wall)).median,
                processor: Percentiles(mine.map(\.processor)).median
            )
        }
    }

    private func cost(_ line: Substring) -> Cost? {
        let numbers = line.split(separator: " ").map { Double($0) }
        guard numbers.count == 2, let wall = numbers[0], let processor = numbers[1] else { return nil }
        return Cost(wall: wall, processor: processor)
    }
}
