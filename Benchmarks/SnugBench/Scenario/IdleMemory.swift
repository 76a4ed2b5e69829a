/// Memory of the server while nothing happens.
struct IdleMemory: Sendable {
    let server: ServerProcess
    let session: Session

    func withoutSockets() async throws -> [Figure] {
        session.progress.report("the server is idle")
        let memory = try await settled()
        return [
            Figure("server alone, idle: resident", memory.resident.megabytes, "MB", aim: .below(40)),
            Figure("server alone, idle: its own pages", memory.anonymous.megabytes, "MB"),
        ]
    }

    func withSockets() async throws -> [Figure] {
        let count = session.plan.sockets
        session.progress.report("\(count) sockets are open and idle")
        let memory = try await settled()
        return [
            Figure("server with \(count) idle sockets: resident", memory.resident.megabytes, "MB", aim: .below(48)),
            Figure("server with \(count) idle sockets: its own pages", memory.anonymous.megabytes, "MB"),
        ]
    }

    private func settled() async throws -> ProcessMemory {
        try await Task.sleep(for: .seconds(3))
        return try ProcessMemory(processID: server.processID)
    }
}
