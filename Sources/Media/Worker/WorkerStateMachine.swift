import Pictures

/// Decides when a worker may have another job and when it must be killed. Pure: measurements and time are passed in.
///
/// A worker ends by itself after its share of jobs, idle time or memory. A worker that a picture has taken over does
/// not.
struct WorkerStateMachine {
    typealias Instant = ContinuousClock.Instant

    /// A rule that the worker has violated.
    enum Violation: String, Sendable {
        case startTime = "it did not become ready in time"
        case jobTime = "its job took too long"
        case jobProcessorTime = "its job took too much processor time"
        case memory = "it grew beyond the memory ceiling"
        case retainedMemory = "it kept too much memory between jobs"
        case idleProcessorTime = "it used the processor without a job"
        case idleTime = "it stayed beyond its idle time"
    }

    private enum Phase {
        case starting
        case idle
        case working
    }

    private let limits: WorkerLimits
    private var phase = Phase.starting
    /// When the phase began, and the processor time that had been used until then.
    private var start: Instant
    private var processorTimeAtStart = Duration.zero
    /// Since when the worker has constantly held more memory than it may between jobs.
    private var isTooLargeSince: Instant?

    /// Jobs given to the worker.
    private(set) var jobCount = 0
    /// The last measurement.
    private(set) var usage = ProcessUsage()
    /// The first violated rule; the worker gets no job after that.
    private(set) var violation: Violation?

    init(limits: WorkerLimits, startedAt now: Instant) {
        self.limits = limits
        start = now
    }

    /// Whether it has done its share of jobs.
    var isSpent: Bool { jobCount >= limits.session.jobCount }

    /// Whether it may have a job now. A worker that holds too much memory may have one after it has released some.
    var canTakeJob: Bool { phase == .idle && violation == nil && !isSpent && isTooLargeSince == nil }

    mutating func becameReady(_ measured: ProcessUsage?, at now: Instant) { enter(.idle, measured, at: now) }

    mutating func beganJob(_ measured: ProcessUsage?, at now: Instant) {
        jobCount += 1
        enter(.working, measured, at: now)
    }

    mutating func finishedJob(_ measured: ProcessUsage?, at now: Instant) { enter(.idle, measured, at: now) }

    /// Evaluates a measurement; nil means that the process is gone.
    /// - Returns: the violated rule, for which the worker must be killed.
    mutating func check(_ measured: ProcessUsage?, at now: Instant) -> Violation? {
        if let measured { usage = measured }
        // The size of a new worker is that of the program.
        let isTooLarge = phase == .idle && jobCount > 0 && usage.residentByteCount > limits.session.residentByteCount
        isTooLargeSince = isTooLarge ? isTooLargeSince ?? now : nil
        violation = violation ?? violatedRule(at: now)
        return violation
    }

    /// When to measure again.
    func nextCheck(after now: Instant) -> Instant {
        let isQuiet = phase == .idle && isTooLargeSince == nil
        return min(deadline, now + (isQuiet ? limits.idlePollInterval : limits.pollInterval))
    }

    private mutating func enter(_ next: Phase, _ measured: ProcessUsage?, at now: Instant) {
        if let measured { usage = measured }
        phase = next
        start = now
        processorTimeAtStart = usage.processorTime
        isTooLargeSince = nil
    }

    private func violatedRule(at now: Instant) -> Violation? {
        if usage.residentByteCount > limits.memoryCeiling { return .memory }
        let isLate = now >= deadline
        let processorTime = usage.processorTime - processorTimeAtStart
        switch phase {
        case .starting: return isLate ? .startTime : nil
        case .working:
            if processorTime > limits.processorTime { return .jobProcessorTime }
            return isLate ? .jobTime : nil
        case .idle:
            if processorTime > limits.idleProcessorTime { return .idleProcessorTime }
            if let isTooLargeSince, now >= isTooLargeSince + limits.leavingTime { return .retainedMemory }
            return isLate ? .idleTime : nil
        }
    }

    private var deadline: Instant {
        switch phase {
        case .starting: start + limits.startTimeout
        case .working: start + limits.deadline
        case .idle: start + .milliseconds(limits.session.idleMilliseconds) + limits.leavingTime
        }
    }
}

extension WorkerStateMachine.Violation {
    /// The failure of the current job, or else of the job for which the worker was started.
    var failure: RenderFailure {
        switch self {
        case .startTime: .cannotStart
        case .jobTime, .jobProcessorTime: .timedOut
        case .memory: .memoryCeiling
        case .retainedMemory, .idleProcessorTime, .idleTime: .workerDied
        }
    }
}
