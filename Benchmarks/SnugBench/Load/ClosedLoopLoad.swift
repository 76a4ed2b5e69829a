import NIOCore
import SnugClient

/// Clients that each send the next request as soon as the previous one is answered.
struct ClosedLoopLoad: Sendable {
    struct Outcome: Sendable {
        /// Median of the numbers of answers in each second.
        let perSecond: Double
        let latencies: Percentiles
        let failures: Int
        let firstFailure: String?
        let cpuTime: CPUTime.Shares

        var details: [Detail] {
            [Detail("p50", latencies.median, "ms"), Detail("p99", latencies.rank(99), "ms")] + cpuTime.details
        }
    }

    static let clients = 32

    let site: Site
    let loop: any EventLoop
    let cgroup: (any Cgroup)?

    /// - Parameters:
    ///   - warmUp: Seconds that do not count.
    ///   - seconds: Seconds that count.
    ///   - request: Receives the number of the client.
    func run(
        expecting status: Int,
        warmUp: Int = 1,
        seconds: Int,
        request: @escaping @Sendable (Int) -> ByteBuffer
    ) async throws -> Outcome {
        let log = CallLog()
        var lanes: [any Channel] = []
        for number in 0..<Self.clients {
            lanes.append(
                try await RequestLane.open(site, loop: loop) {
                    RequestLane(log: log, expected: status) { request(number) }
                }
            )
        }
        try await Task.sleep(for: .seconds(warmUp))
        let outcome = try await measure(log, seconds: seconds)
        for lane in lanes { try? await lane.close() }
        return outcome
    }

    /// - Parameter client: Receives the number of the client. Makes its calls and logs them until its task is cancelled.
    func run(
        warmUp: Int = 1,
        seconds: Int,
        client: @escaping @Sendable (Int, CallLog) async -> Void
    ) async throws -> Outcome {
        let log = CallLog()
        return try await withThrowingDiscardingTaskGroup { tasks in
            for number in 0..<Self.clients { tasks.addTask { await client(number, log) } }
            try await Task.sleep(for: .seconds(warmUp))
            let outcome = try await measure(log, seconds: seconds)
            tasks.cancelAll()
            return outcome
        }
    }

    private func measure(_ log: CallLog, seconds: Int) async throws -> Outcome {
        log.restart()
        let cpuTime = CPUTime(cgroup: cgroup)
        var (rates, counted, since): ([Double], Int, NIODeadline) = ([], 0, .now())
        for _ in 0..<seconds {
            try await Task.sleep(for: .seconds(1), tolerance: .zero)
            let (count, now) = (log.count, NIODeadline.now())
            rates.append(Double(count - counted) / since.milliseconds(until: now) * 1000)
            (counted, since) = (count, now)
        }
        return Outcome(
            perSecond: Percentiles(rates).median,
            latencies: log.latencies,
            failures: log.failures,
            firstFailure: log.firstFailure,
            cpuTime: cpuTime.shares
        )
    }
}
