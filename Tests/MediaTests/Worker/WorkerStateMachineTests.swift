import TestSupport
import Testing

@testable import Media

/// I8, I9: what a worker may take is enforced from outside, also between its jobs.
@Suite(.timeLimit(.standard)) struct WorkerStateMachineTests {
    private static let start = ContinuousClock.now
    private var rules: WorkerStateMachine

    init() {
        var limits = WorkerLimits()
        limits.session.jobCount = 3
        limits.session.idleMilliseconds = 10_000
        limits.leavingTime = .seconds(2)
        rules = WorkerStateMachine(limits: limits, startedAt: Self.start)
    }

    @Test("A worker within its limits gets jobs until it has had its share")
    mutating func wellBehaved() {
        #expect(!rules.canTakeJob)
        rules.becameReady(usage(), at: after(1))
        for job in 1...3 {
            #expect(rules.canTakeJob)
            #expect(!rules.isSpent)
            rules.beganJob(usage(processor: job), at: after(job * 10))
            #expect(!rules.canTakeJob)
            #expect(rules.check(usage(mebibytes: 200, processor: job + 1), at: after(job * 10 + 1)) == nil)
            rules.finishedJob(usage(processor: job + 1), at: after(job * 10 + 1))
            #expect(rules.check(usage(processor: job + 1), at: after(job * 10 + 2)) == nil)
        }
        #expect(rules.isSpent)
        #expect(!rules.canTakeJob)
        #expect(rules.jobCount == 3)
    }

    @Test("It must be ready in time, and its memory is limited before that too")
    mutating func starting() {
        #expect(rules.check(usage(mebibytes: 257), at: after(0)) == .memory)
        var slow = WorkerStateMachine(limits: WorkerLimits(), startedAt: Self.start)
        #expect(slow.check(usage(), at: after(19)) == nil)
        #expect(slow.check(usage(), at: after(20)) == .startTime)
    }

    @Test("A job has separate limits on wall time, processor time and memory")
    mutating func working() {
        rules.becameReady(usage(processor: 5), at: after(1))
        rules.beganJob(usage(processor: 5), at: after(2))
        var (late, busy, large) = (rules, rules, rules)
        #expect(rules.check(usage(mebibytes: 256, processor: 25), at: after(21)) == nil)
        #expect(late.check(usage(processor: 6), at: after(22)) == .jobTime)
        #expect(busy.check(usage(processor: 26), at: after(10)) == .jobProcessorTime)
        #expect(large.check(usage(mebibytes: 257, processor: 6), at: after(10)) == .memory)
        #expect([late, busy, large].map { $0.violation?.failure } == [.timedOut, .timedOut, .memoryCeiling])
    }

    @Test("Between jobs, memory above the ceiling is a violation at once, and above the session limit after 2 s")
    mutating func idleMemory() {
        haveDoneOneJob()
        var hoarder = rules
        #expect(hoarder.check(usage(mebibytes: 625), at: after(10)) == .memory)
        #expect(rules.check(usage(mebibytes: 130), at: after(10)) == nil)
        #expect(!rules.canTakeJob)
        #expect(rules.check(usage(mebibytes: 130), at: after(11)) == nil)
        #expect(rules.check(usage(mebibytes: 130), at: after(12)) == .retainedMemory)
        #expect(!rules.canTakeJob)
    }

    @Test("A worker that releases memory gets jobs again")
    mutating func givesBack() {
        haveDoneOneJob()
        #expect(rules.check(usage(mebibytes: 130), at: after(10)) == nil)
        #expect(rules.nextCheck(after: after(10)) == after(10) + .milliseconds(25))
        #expect(rules.check(usage(mebibytes: 40), at: after(11)) == nil)
        #expect(rules.canTakeJob)
        #expect(rules.nextCheck(after: after(11)) == after(11) + .milliseconds(250))
        #expect(rules.check(usage(mebibytes: 130), at: after(12)) == nil)
        #expect(rules.check(usage(mebibytes: 130), at: after(13)) == nil)
    }

    @Test("A worker that is large from the start gets its first job nonetheless")
    mutating func largeProgram() {
        rules.becameReady(usage(mebibytes: 130), at: after(1))
        #expect(rules.check(usage(mebibytes: 130), at: after(9)) == nil)
        #expect(rules.canTakeJob)
    }

    @Test("Without a job it may use half a second of the processor, counted from its last one")
    mutating func idleProcessor() {
        haveDoneOneJob(processor: 7)
        #expect(rules.check(usage(processor: 7, milliseconds: 500), at: after(10)) == nil)
        #expect(rules.canTakeJob)
        #expect(rules.check(usage(processor: 7, milliseconds: 501), at: after(11)) == .idleProcessorTime)
    }

    @Test("It may not stay longer than its idle time plus the time for leaving")
    mutating func idleTime() {
        haveDoneOneJob()
        #expect(rules.nextCheck(after: after(20)) == after(20) + .milliseconds(250))
        #expect(rules.nextCheck(after: after(22)) == after(22))
        #expect(rules.check(usage(), at: after(21)) == nil)
        #expect(rules.check(usage(), at: after(22)) == .idleTime)
    }

    @Test("The first violated rule is the reason, whatever follows")
    mutating func firstReason() {
        haveDoneOneJob(processor: 1)
        #expect(rules.check(usage(processor: 3), at: after(11)) == .idleProcessorTime)
        #expect(rules.check(usage(mebibytes: 600, processor: 9), at: after(60)) == .idleProcessorTime)
    }

    @Test("For a process that is gone the last measurement is used, and time continues")
    mutating func gone() {
        haveDoneOneJob()
        #expect(rules.check(nil, at: after(12)) == nil)
        #expect(rules.usage == usage(processor: 1))
        #expect(rules.check(nil, at: after(22)) == .idleTime)
    }

    /// Ready after 1 s, and idle again after 10 s.
    private mutating func haveDoneOneJob(processor: Int = 1) {
        rules.becameReady(usage(), at: after(1))
        rules.beganJob(usage(), at: after(2))
        rules.finishedJob(usage(processor: processor), at: after(10))
    }

    private func after(_ seconds: Int) -> ContinuousClock.Instant { Self.start + .seconds(seconds) }

    private func usage(mebibytes: Int = 40, processor seconds: Int = 0, milliseconds: Int = 0) -> ProcessUsage {
        ProcessUsage(
            residentByteCount: mebibytes << 20,
            processorTime: .seconds(seconds) + .milliseconds(milliseconds)
        )
    }
}
