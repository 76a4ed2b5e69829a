/// How much memory the server needs to do nothing.
struct Rest: Sendable {
    let server: ServerProcess
    let stage: Stage

    func idle() async throws -> [Figure] {
        stage.progress.say("the server is idle")
        let memory = try await settled()
        return [
            Figure("server alone, idle: resident", memory.resident.megabytes, "MB", aim: .below(40)),
            Figure("server alone, idle: its own pages", memory.anonymous.megabytes, "MB"),
        ]
    }

    func withSockets() async throws -> [Figure] {
        let count = stage.plan.sockets
        stage.progress.say("\(count) sockets are open and idle")
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
