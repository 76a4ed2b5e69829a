import Foundation
import NIOCore

/// Everything that the acts of the scenario share.
struct Stage: Sendable {
    let plan: Plan
    let product: Product
    let group: any EventLoopGroup
    let progress: Progress
    let sampler: MemorySampler
    var photographs: [Photograph]
    let cascade: Cascade

    /// Runs `work` with a server whose memory is watched.
    func serving<Outcome: Sendable>(_ work: (ServerProcess) async throws -> Outcome) async throws -> Outcome {
        try await product.serving(group: group, progress: progress) { server in
            sampler.follow(server)
            return try await work(server)
        }
    }

    func makeClient() -> ChatClient {
        ChatClient(port: product.port, group: group)
    }

    func makeClients(_ count: Int) -> [ChatClient] {
        (0..<count).map { _ in makeClient() }
    }

    func close(_ clients: [ChatClient]) async {
        for client in clients { await client.close() }
    }
}
