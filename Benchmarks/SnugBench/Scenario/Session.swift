import Foundation
import NIOCore
import SnugClient

/// What the steps of one part of a run share.
struct Session: Sendable {
    let plan: Plan
    let product: Product
    let group: any EventLoopGroup
    let progress: Progress
    let sampler: MemorySampler
    var photographs: [Photograph]
    let baseline: Baseline

    /// Runs `work` with a server whose memory is sampled.
    func serving<Outcome: Sendable>(_ work: (ServerProcess) async throws -> Outcome) async throws -> Outcome {
        try await product.serving(group: group, progress: progress) { server in
            sampler.follow(server)
            return try await work(server)
        }
    }

    func makeConnections(_ count: Int) -> [HTTPConnection] {
        (0..<count).map { _ in HTTPConnection(to: product.site, on: group) }
    }

    func close(_ connections: [HTTPConnection]) async {
        for connection in connections { await connection.close() }
    }

    /// Runs `work` with a connection that is closed afterwards.
    func withConnection<Outcome: Sendable>(
        _ work: (HTTPConnection) async throws -> Outcome
    ) async rethrows -> Outcome {
        let connection = HTTPConnection(to: product.site, on: group)
        do {
            let outcome = try await work(connection)
            await connection.close()
            return outcome
        } catch {
            await connection.close()
            throw error
        }
    }
}
