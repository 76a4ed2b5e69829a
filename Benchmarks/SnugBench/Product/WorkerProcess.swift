/// A running media worker, as the kernel sees it.
struct WorkerProcess: Sendable {
    /// A process's name holds 15 characters (proc(5), `/proc/pid/comm`).
    private static let name = "snug-media-work"
    private static let settling = Duration.seconds(2)

    let processID: Int32
    private let clock: ProcessClock

    /// The worker of the server; nil while it has none.
    static func ofServer(_ server: ServerProcess) -> WorkerProcess? {
        let children = (try? ProcessChildren.of(server.processID)) ?? []
        for child in children where isWorker(child) {
            if let clock = ProcessClock(of: child) { return WorkerProcess(processID: child, clock: clock) }
        }
        return nil
    }

    private static func isWorker(_ processID: Int32) -> Bool {
        (try? ControlFile.read("/proc/\(processID)/comm"))?.hasPrefix(name) ?? false
    }

    /// Milliseconds of processor time once the worker is idle, so that its work after the answer counts as well. NaN if it
    /// has ended or does not become idle.
    func settledTime() async throws -> Double {
        let deadline = ContinuousClock.now + Self.settling
        var before = Double.nan
        while let now = clock.milliseconds, ContinuousClock.now < deadline {
            if now == before { return now }
            before = now
            try await Task.sleep(for: .milliseconds(20))
        }
        return .nan
    }

    /// Peak resident memory in bytes; nil if it has ended.
    var peakMemory: Int? {
        try? ProcessMemory(processID: processID).peak
    }
}
