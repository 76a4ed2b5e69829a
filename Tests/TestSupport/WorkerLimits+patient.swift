import Media

extension WorkerLimits {
    /// Without the product's time limits, which a worker of low priority exceeds on a busy machine. A test of one of them
    /// sets that one.
    package static var patient: WorkerLimits {
        var limits = WorkerLimits()
        limits.deadline = .seconds(600)
        limits.startTimeout = .seconds(600)
        limits.session.idleMilliseconds = 600_000
        limits.leavingTime = .seconds(600)
        limits.processorTime = .seconds(600)
        return limits
    }
}
