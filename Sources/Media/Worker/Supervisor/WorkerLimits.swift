/// What a worker may take, and how long it lives.
package struct WorkerLimits: Equatable, Sendable {
    /// Wall time of one job. Default 20 s; a 12-megapixel photograph takes about 0.2 s.
    package var deadline: Duration = .seconds(20)
    /// Resident memory at which it is killed, in bytes. Default 256 MiB.
    package var memoryCeiling = 256 << 20
    /// How often memory and deadline are looked at while it works. Default 25 ms.
    package var pollInterval: Duration = .milliseconds(25)
    /// Wall time from starting to being ready. Default 20 s: it takes less than 0.1 s of a processor, of which a worker
    /// of low priority has little where others are busy.
    package var startTimeout: Duration = .seconds(20)
    /// Idle time after which it leaves by itself, in milliseconds. Default 10 s: libvips 8.14 can lose a task when its
    /// threads leave after 15 s of idling.
    package var idleMilliseconds = 10_000
    /// Jobs after which it leaves, so that no leak grows. Default 200.
    package var jobCount = 200
    /// Resident memory after a job at which it leaves, in bytes. Default 120 MiB.
    package var residentByteCount = 120 << 20
    /// Jobs that may wait. Default 1,000, of about 500 bytes each.
    package var queueLength = 1_000

    package init() {}
}
