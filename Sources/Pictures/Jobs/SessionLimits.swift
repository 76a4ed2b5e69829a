/// When a worker leaves by itself. The server decides, and tells it in the environment.
package struct SessionLimits: Equatable, Sendable {
    /// Time without a job, in milliseconds. Default 10 s: libvips 8.14 can lose a task when its threads leave after 15 s
    /// of idling.
    package var idleMilliseconds: Int32 = 10_000
    /// Jobs in all, so that no leak grows. Default 200.
    package var jobCount = 200
    /// Resident memory after a job, in bytes. Default 120 MiB. While it holds more it gets no job.
    package var residentByteCount = 120 << 20

    package init() {}

    /// As the server has written them with ``environment``, and the defaults for those that are missing.
    package init(from environment: [String: String]) {
        func number(_ variable: WorkerVariable) -> Int? { environment[variable.rawValue].flatMap { Int($0) } }
        if let number = number(.idleMilliseconds) { idleMilliseconds = Int32(clamping: number) }
        jobCount = number(.jobCount) ?? jobCount
        residentByteCount = number(.residentByteCount) ?? residentByteCount
    }

    /// The same as environment variables.
    package var environment: [String: String] {
        [
            WorkerVariable.idleMilliseconds.rawValue: String(idleMilliseconds),
            WorkerVariable.jobCount.rawValue: String(jobCount),
            WorkerVariable.residentByteCount.rawValue: String(residentByteCount),
        ]
    }
}

/// The environment variables that the server sets for a worker.
package enum WorkerVariable: String, CaseIterable {
    case idleMilliseconds = "SNUG_WORKER_IDLE_MS"
    case jobCount = "SNUG_WORKER_JOBS"
    case residentByteCount = "SNUG_WORKER_RSS_BYTES"
    /// Whether it decodes HEIC and AVIF too: `on` or absent.
    case heifModule = "SNUG_WORKER_HEIF"
}
