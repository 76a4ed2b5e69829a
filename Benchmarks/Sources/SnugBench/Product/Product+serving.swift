import NIOCore

extension Product {
    /// Runs `work` with a server of its own, and says so when that one ends before it is asked to.
    func serving<Outcome: Sendable>(
        group: any EventLoopGroup,
        progress: Progress,
        _ work: (ServerProcess) async throws -> Outcome
    ) async throws -> Outcome {
        let server = try await ServerProcess.start(self, group: group)
        do {
            let outcome = try await work(server)
            await server.remarkUntimelyEnd(in: progress)
            await server.stop()
            return outcome
        } catch {
            await server.remarkUntimelyEnd(in: progress, patience: .seconds(2))
            await server.stop()
            throw error
        }
    }
}
