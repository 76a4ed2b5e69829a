import Synchronization

/// Samples the product's memory ten times per second, and keeps the peak of each phase.
final class MemorySampler: Sendable {
    private struct State {
        var phase: Phase = .preparing
        var server: Int32?
        var peaks: [Phase: Int] = [:]
    }

    enum Phase: Hashable {
        case preparing, idle, loaded
    }

    private let state = Mutex(State())
    private let cgroup: (any Cgroup)?

    /// - Parameter cgroup: What is sampled; without one, the server and its children are.
    init(cgroup: (any Cgroup)?) {
        self.cgroup = cgroup
    }

    func enter(_ phase: Phase) {
        state.withLock { $0.phase = phase }
    }

    func follow(_ server: ServerProcess) {
        state.withLock { $0.server = server.processID }
    }

    func peak(of phase: Phase) -> Int? {
        state.withLock { $0.peaks[phase] }
    }

    /// Samples while `work` runs.
    func sampling<Outcome: Sendable>(_ work: () async throws -> Outcome) async throws -> Outcome {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await self.sample() }
            defer { tasks.cancelAll() }
            return try await work()
        }
    }

    /// Until its task is cancelled.
    private func sample() async {
        while !Task.isCancelled {
            if let bytes = measure() {
                state.withLock { $0.peaks[$0.phase] = max(bytes, $0.peaks[$0.phase, default: 0]) }
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Bytes used now, without page cache; nil while there is nothing to measure.
    private func measure() -> Int? {
        if let cgroup { return try? cgroup.memory() }
        return state.withLock { $0.server }.flatMap { try? ProcessMemory.anonymousOfFamily(processID: $0) }
    }
}
