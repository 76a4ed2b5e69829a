import Foundation
import NIOCore

/// What the scenes share. All their connections are on one event loop, which the load's core is for.
struct Theatre: Sendable {
    let product: Product
    let loop: any EventLoop
    let progress: Progress
    let town: Town

    var cgroup: (any Cgroup)? { product.confinement.cgroup }

    /// Runs a scene with a server of its own.
    ///
    /// - Parameters:
    ///   - settings: Over those that the product has anyway.
    ///   - starter: A command that the server is started by.
    func serving<Outcome: Sendable>(
        settings: [String: String] = [:],
        starter: [String] = [],
        _ scene: (ServerProcess) async throws -> Outcome
    ) async throws -> Outcome {
        var product = product
        product.settings = settings
        product.starter = starter
        return try await product.serving(group: loop, progress: progress, scene)
    }
}
