import Kernel
import Logging
import Pictures
import Subprocess

extension WorkerSupervisor {
    typealias Events = AsyncStream<WorkerEvent>.AsyncIterator

    /// Waits until the worker is ready, then gives it one job after another until it leaves or must go.
    func converse(
        with process: Process,
        over socket: JobSender,
        _ stream: AsyncStream<WorkerEvent>,
        wake: AsyncStream<WorkerEvent>.Continuation
    ) async {
        var events = stream.makeAsyncIterator()
        guard await isReady(process, &events) else {
            if !Task.isCancelled { fail(rules.violation?.failure ?? .cannotStart) }
            return
        }
        while let work = await nextWork(for: process, &events, wake: wake) {
            report.state = .working
            let isStillThere = await perform(work, with: process, over: socket, &events)
            report.state = .idle
            guard isStillThere, !Task.isCancelled else { return }
        }
    }

    private func isReady(_ process: Process, _ events: inout Events) async -> Bool {
        let event = await nextWord(of: process, &events)
        guard case .said(.ready(RenderJob.version)) = event else {
            logger.error("media worker is not ready", metadata: ["worker.event": "\(event)"])
            return false
        }
        rules.becameReady(meter?.usage, at: .now)
        if report.lastFailure == .cannotStart { report.lastFailure = nil }
        return true
    }

    /// The next job, waited for while the worker stays; nil when it leaves, may have no more, breaks a rule, says what it
    /// should not, or when the next job is for a worker of the other kind.
    private func nextWork(
        for process: Process,
        _ events: inout Events,
        wake: AsyncStream<WorkerEvent>.Continuation
    ) async -> Work? {
        while isWithinRules(process), !rules.isSpent {
            if let next = queue.next, needsHEIFModule(next) != hasHEIFModule { return nil }
            if rules.canTakeJob, let work = queue.take() { return work }
            report.state = .idle
            idleWorker = wake
            defer { idleWorker = nil }
            guard case .jobArrived = await nextEvent(of: process, &events) else { return nil }
        }
        return nil
    }

    /// Has one job done and its caller answered. Returns whether the worker can take another.
    private func perform(
        _ work: Work,
        with process: Process,
        over socket: JobSender,
        _ events: inout Events
    ) async -> Bool {
        guard let descriptors = try? work.files.descriptors else {
            // They are closed when nobody waits for the picture any more.
            finish(.failure(.cancelled))
            return true
        }
        do {
            try socket.send(try WorkerLine.encode(work.job), with: descriptors)
        } catch {
            logger.debug("media worker does not listen", metadata: ["error": "\(error)"])
            if !queue.putBack() { finish(.failure(.cannotStart)) }
            return false
        }
        rules.beganJob(meter?.usage, at: .now)
        report.workerJobCount = rules.jobCount
        let event = await nextWord(of: process, &events)
        rules.finishedJob(meter?.usage, at: .now)
        return settle(work.job, after: event)
    }

    /// Answers the current job's caller by what the worker said. Returns whether the worker can take another job.
    private func settle(_ job: RenderJob, after event: WorkerEvent) -> Bool {
        switch event {
        case .said(.rendered(job.id, let picture)):
            finish(.success(picture))
            return rules.violation == nil
        case .said(.failed(job.id, let code)):
            finish(.failure(.rejected(code)))
            return rules.violation == nil
        case .said(.storageTrouble(job.id)):
            finish(.failure(.storage(nil)))
            return rules.violation == nil
        case .said(.leaving):
            if !queue.putBack() { finish(.failure(.workerDied)) }
            return false
        case .said, .babbled, .ended, .jobArrived:
            finish(.failure(Task.isCancelled ? .stopping : rules.violation?.failure ?? .workerDied))
            return false
        }
    }

    /// The next event that the worker is the cause of.
    private func nextWord(of process: Process, _ events: inout Events) async -> WorkerEvent {
        while true {
            let event = await nextEvent(of: process, &events)
            if case .jobArrived = event { continue }
            return event
        }
    }

    /// The next event; until it comes the worker is watched, and killed when it breaks a rule.
    private func nextEvent(of process: Process, _ events: inout Events) async -> WorkerEvent {
        async let _ = watch(process)
        return await events.next(isolation: self) ?? .ended
    }

    /// Measures the worker again and again. Returns when cancelled or when the worker has been killed.
    private func watch(_ process: Process) async {
        while !Task.isCancelled, isWithinRules(process) {
            if rules.canTakeJob, !queue.isEmpty { wakeIdleWorker() }
            do { try await ContinuousClock().sleep(until: rules.nextCheck(after: .now)) } catch { return }
        }
    }

    /// Measures the worker, and kills it when it breaks a rule. Returns whether it keeps to them.
    private func isWithinRules(_ process: Process) -> Bool {
        if rules.violation != nil { return false }
        let violation = rules.check(meter?.usage, at: .now)
        var report = report
        report.residentByteCount = rules.usage.residentByteCount
        report.processorTime = rules.usage.processorTime
        if violation != nil { report.killCount += 1 }
        self.report = report
        guard let violation else { return true }
        logger.warning("media worker is killed", metadata: ["worker.reason": "\(violation.rawValue)"])
        try? process.send(signal: .kill)
        return false
    }

    private func finish(_ answer: JobQueue.Answer) {
        report.jobsDone += 1
        if case .failure(let failure) = answer { note(failure) }
        queue.answerCurrent(answer)
    }

    /// Fails the job that a worker was to be started for.
    func fail(_ failure: RenderFailure) {
        note(failure)
        queue.failNext(failure)
    }

    private func note(_ failure: RenderFailure) {
        report.lastFailure = failure
        logger.info("rendering failed", metadata: ["render.failure": "\(failure)"])
    }
}
