import Foundation

/// The yardstick: libvips alone, on the product's core, with nothing around it.
struct Cascade: Sendable {
    struct Unreadable: Error {
        let output: String
    }

    let program: URL
    let confinement: Confinement

    /// Milliseconds for each file. The first round warms up and does not count.
    func measure(_ photographs: [Photograph], rounds: Int) async throws -> [Double] {
        let command = [program.path, "\(rounds + 1)"] + photographs.map { $0.file.path }
        let output = try await Command.run(confinement.onCore(command))
        let times = output.split(separator: "\n").compactMap { Double($0) }
        guard times.count == (rounds + 1) * photographs.count else { throw Unreadable(output: output) }
        return photographs.indices.map { index in
            let mine = stride(from: photographs.count + index, to: times.count, by: photographs.count)
            return Percentiles(mine.map { times[$0] }).median
        }
    }
}
