/// When a worker ends by itself. Set by the server and passed in the environment.
package struct SessionLimits: Equatable, Sendable {
    /// Time without a job, in milliseconds. Default 10 s: libvips 8.14 can lose a task when its threads end after being
    /// idle for 15 s.
    package var idleMilliseconds: Int32 = 10_000
    /// Total number of jobs, which bounds leaks. Default 200.
    package var jobCount = 200
    /// Resident memory after a job, in bytes. Default 120 MiB. A worker that holds more gets no job.
    package var residentByteCount = 120 << 20

    package init() {}

    /// Reads the variables of ``environment``; missing ones have their default values.
    package init(from environment: [String: String]) {
        func number(_ variable: WorkerVariable) -> Int? { environment[variable.rawValue].flatMap { Int($0) } }
        if let number = number(.idleMilliseconds) { idleMilliseconds = Int32(clamping: number) }
        jobCount = number(.jobCount) ?? jobCount
        residentByteCount = number(.residentByteCount) ?? residentByteCount
    }

    /// The limits as environment variables.
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
