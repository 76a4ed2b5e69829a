import Foundation
import NIOCore

/// What the parts of `scale` share. All their connections are on one event loop, which has a core of its own.
struct ScaleFixture: Sendable {
    let product: Product
    let loop: any EventLoop
    let progress: Progress
    let dataset: Dataset

    var cgroup: (any Cgroup)? { product.confinement.cgroup }

    /// Runs a part with a server of its own.
    ///
    /// - Parameters:
    ///   - settings: Settings that override those of the product.
    ///   - starter: A command that the server is started by.
    func serving<Outcome: Sendable>(
        settings: [String: String] = [:],
        starter: [String] = [],
        _ part: (ServerProcess) async throws -> Outcome
    ) async throws -> Outcome {
        var product = product
        product.settings = settings
        product.starter = starter
        return try await product.serving(group: loop, progress: progress, part)
    }
}
