import Glibc

/// Processor time of a process: of all its threads, those that have ended included.
struct ProcessClock: Sendable {
    private let clock: clockid_t

    /// Nil when there is no such process. According to clock_getcpuclockid(3).
    init?(of processID: Int32) {
        var clock = clockid_t()
        guard clock_getcpuclockid(processID, &clock) == 0 else { return nil }
        self.clock = clock
    }

    /// Since the process began; nil when it has ended.
    var milliseconds: Double? {
        var time = timespec()
        guard clock_gettime(clock, &time) == 0 else { return nil }
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
    }
}
