import Pictures

/// Decides when a worker may have another job and when it must be killed, whatever it does by itself. Pure: measurements
/// and time are passed in.
///
/// A worker leaves by itself after its share of jobs, idle time or memory. One that a picture has taken over does not.
struct WorkerStateMachine {
    typealias Instant = ContinuousClock.Instant

    /// A rule that the worker has broken.
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
    /// Since when more memory than is allowed between jobs has been held without a pause.
    private var isTooLargeSince: Instant?

    /// Jobs given to the worker.
    private(set) var jobCount = 0
    /// The last measurement.
    private(set) var usage = ProcessUsage()
    /// The first rule that was broken; the worker gets no job after that.
    private(set) var violation: Violation?

    init(limits: WorkerLimits, startedAt now: Instant) {
        self.limits = limits
        start = now
    }

    /// Whether it may have no job any more, although it has broken no rule.
    var isSpent: Bool { jobCount >= limits.session.jobCount }

    /// Whether it may have a job now. One that holds too much memory may have one as soon as it has given some back.
    var canTakeJob: Bool { phase == .idle && violation == nil && !isSpent && isTooLargeSince == nil }

    mutating func becameReady(_ measured: ProcessUsage?, at now: Instant) { enter(.idle, measured, at: now) }

    mutating func beganJob(_ measured: ProcessUsage?, at now: Instant) {
        jobCount += 1
        enter(.working, measured, at: now)
    }

    mutating func finishedJob(_ measured: ProcessUsage?, at now: Instant) { enter(.idle, measured, at: now) }

    /// Takes a measurement; nil stands for a process that is gone.
    /// - Returns: the rule that is broken, for which the worker must be killed.
    mutating func check(_ measured: ProcessUsage?, at now: Instant) -> Violation? {
        if let measured { usage = measured }
        // A new worker's size is the program's own.
        let isTooLarge = phase == .idle && jobCount > 0 && usage.residentByteCount > limits.session.residentByteCount
        isTooLargeSince = isTooLarge ? isTooLargeSince ?? now : nil
        violation = violation ?? brokenRule(at: now)
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

    private func brokenRule(at now: Instant) -> Violation? {
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
    /// What the job under way fails with; without one, what the job fails with for which the worker was started.
    var failure: RenderFailure {
        switch self {
        case .startTime: .cannotStart
        case .jobTime, .jobProcessorTime: .timedOut
        case .memory: .memoryCeiling
        case .retainedMemory, .idleProcessorTime, .idleTime: .workerDied
        }
    }
}
