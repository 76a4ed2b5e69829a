import SnugMetrics

/// How a job of the worker ended.
package enum JobResult: String, CaseIterable, Sendable {
    case rendered
    /// The picture is at fault.
    case rejected
    case timedOut = "timed_out"
    /// The worker exceeded its memory limit.
    case outOfMemory = "out_of_memory"
    /// The worker ended in the middle of the job.
    case crashed
    /// The worker could not be started, or not be given the job.
    case cannotStart = "cannot_start"
    /// The original could not be read, or the variants could not be stored.
    case storage
    /// The server is stopping, or nobody waited for the picture any more.
    case cancelled

    init(_ result: Result<some Any, RenderFailure>) {
        switch result {
        case .success: self = .rendered
        case .failure(.rejected): self = .rejected
        case .failure(.timedOut): self = .timedOut
        case .failure(.memoryCeiling): self = .outOfMemory
        case .failure(.workerDied), .failure(.invalidOutput): self = .crashed
        case .failure(.cannotStart): self = .cannotStart
        case .failure(.storage): self = .storage
        case .failure(.overloaded), .failure(.cancelled), .failure(.stopping): self = .cancelled
        }
    }
}

/// Time of the worker's jobs, from their beginning until their answer.
package struct WorkerMetrics: Sendable {
    package let jobs: Family<JobResult, Histogram>

    package init() {
        jobs = Family { _ in Histogram(seconds: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]) }
    }
}
