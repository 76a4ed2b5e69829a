import Pictures

/// What a worker may take, and how long it lives.
package struct WorkerLimits: Equatable, Sendable {
    /// Wall time of one job. Default 20 s; a 12-megapixel photograph takes about 0.2 s.
    package var deadline: Duration = .seconds(20)
    /// Resident memory at which it is killed, in bytes. Default 256 MiB.
    package var memoryCeiling = 256 << 20
    /// Processor time of one job, of all threads together. Default 20 s: as much as a single thread can use until the
    /// deadline.
    package var processorTime: Duration = .seconds(20)
    /// How often it is measured while it starts or works. Default 25 ms.
    package var pollInterval: Duration = .milliseconds(25)
    /// How often it is measured while it waits for a job. Default 250 ms.
    package var idlePollInterval: Duration = .milliseconds(250)
    /// Processor time that it may use while it waits for a job. Default 0.5 s; giving memory back takes some 10 ms.
    package var idleProcessorTime: Duration = .milliseconds(500)
    /// Wall time from starting to being ready. Default 20 s: it takes less than 0.1 s of a processor, of which a worker
    /// of low priority has little where others are busy.
    package var startTimeout: Duration = .seconds(20)
    /// When it leaves by itself.
    package var session = SessionLimits()
    /// Time that it has for giving memory back, or for leaving when it has idled long enough, before it is killed.
    /// Default 2 s.
    package var leavingTime: Duration = .seconds(2)
    /// Jobs that may wait. Default 1,000, of about 500 bytes each.
    package var queueLength = 1_000

    /// The same for a worker that has the HEIF module: one picture, so that it never holds anything of another one.
    var forHEIF: WorkerLimits {
        var limits = self
        limits.session.jobCount = 1
        return limits
    }

    package init() {}
}
