import Foundation
import NIOCore

/// Everything that the acts of the scenario share.
struct Stage: Sendable {
    let plan: Plan
    let product: Product
    let group: any EventLoopGroup
    let progress: Progress
    let sampler: MemorySampler
    let photographs: [Photograph]
    let cascade: Cascade

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
