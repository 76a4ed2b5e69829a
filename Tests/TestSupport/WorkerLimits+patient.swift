import Media

extension WorkerLimits {
    /// Without the times of the product's limits, which a worker of low priority does not keep on a busy machine. A test
    /// of one of them sets that one.
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
