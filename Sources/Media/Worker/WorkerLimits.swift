import Pictures

/// Limits on the resources and the lifetime of a worker.
package struct WorkerLimits: Equatable, Sendable {
    /// Wall time of one job. Default 20 s; a 12-megapixel photograph takes about 0.2 s.
    package var deadline: Duration = .seconds(20)
    /// Resident memory at which it is killed, in bytes. Default 256 MiB.
    package var memoryCeiling = 256 << 20
    /// Processor time of one job, of all threads together. Default 20 s: as much as a single thread can use until the
    /// deadline.
    package var processorTime: Duration = .seconds(20)
    /// Interval of measurements while it starts or works. Default 25 ms.
    package var pollInterval: Duration = .milliseconds(25)
    /// Interval of measurements while it waits for a job. Default 250 ms.
    package var idlePollInterval: Duration = .milliseconds(250)
    /// Processor time that it may use while it waits for a job. Default 0.5 s; releasing memory takes about 10 ms.
    package var idleProcessorTime: Duration = .milliseconds(500)
    /// Wall time from start to readiness. Default 20 s: it takes less than 0.1 s of processor time, of which a process
    /// of low priority gets little on a busy machine.
    package var startTimeout: Duration = .seconds(20)
    /// When it ends by itself.
    package var session = SessionLimits()
    /// Time to release memory, or to end after it has been idle long enough, before it is killed. Default 2 s.
    package var leavingTime: Duration = .seconds(2)
    /// Jobs that may wait. Default 1,000, of about 500 bytes each.
    package var queueLength = 1_000

    /// For a worker with the HEIF module: one picture, so that it never holds data of another one.
    var forHEIF: WorkerLimits {
        var limits = self
        limits.session.jobCount = 1
        return limits
    }

    package init() {}
}
