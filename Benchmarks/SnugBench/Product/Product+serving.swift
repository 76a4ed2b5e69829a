import NIOCore

extension Product {
    /// Runs `work` with a server of its own, and reports if that one ends by itself.
    func serving<Outcome: Sendable>(
        group: any EventLoopGroup,
        progress: Progress,
        _ work: (ServerProcess) async throws -> Outcome
    ) async throws -> Outcome {
        let server = try await ServerProcess.start(self, group: group)
        do {
            let outcome = try await work(server)
            await server.remarkEarlyExit(in: progress)
            await server.stop()
            return outcome
        } catch {
            await server.remarkEarlyExit(in: progress, patience: .seconds(2))
            await server.stop()
            throw error
        }
    }
}
