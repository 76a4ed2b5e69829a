/// Limits the number of tasks that do something at the same time.
actor Semaphore {
    /// Limits the servers that run at the same time. More of them would only wait for each other.
    static let runningServers = Semaphore(8)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) {
        free = count
    }

    nonisolated func withPermit<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        await acquire()
        do {
            let result = try await body()
            await release()
            return result
        } catch {
            await release()
            throw error
        }
    }

    private func acquire() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func release() {
        guard waiting.isEmpty else { return waiting.removeFirst().resume() }
        free += 1
    }
}
