import Logging
import Subprocess

extension WorkerSupervisor {
    typealias Events = AsyncStream<WorkerEvent>.AsyncIterator

    /// Waits until the worker is ready, then gives it one job after another until it leaves or must go.
    func converse(
        with process: Process,
        over socket: JobSocket,
        _ stream: AsyncStream<WorkerEvent>,
        wake: AsyncStream<WorkerEvent>.Continuation
    ) async {
        var events = stream.makeAsyncIterator()
        guard await isReady(process, &events) else {
            if !Task.isCancelled { fail(killReason ?? .cannotStart) }
            return
        }
        while let work = await nextWork(&events, wake: wake) {
            report.state = .working
            let isStillThere = await perform(work, with: process, over: socket, &events)
            report.state = .idle
            guard isStillThere, !Task.isCancelled else { return }
        }
    }

    private func isReady(_ process: Process, _ events: inout Events) async -> Bool {
        let event = await nextWord(of: process, &events, within: limits.startTimeout, else: .cannotStart)
        guard case .said(.ready(RenderJob.version)) = event else {
            logger.error("media worker is not ready", metadata: ["worker.event": "\(event)"])
            return false
        }
        if report.lastFailure == .cannotStart { report.lastFailure = nil }
        return true
    }

    /// The next job, waited for while the worker stays; nil when it leaves or says what it should not.
    private func nextWork(
        _ events: inout Events,
        wake: AsyncStream<WorkerEvent>.Continuation
    ) async -> Work? {
        while true {
            if let work = queue.take() { return work }
            report.state = .idle
            idleWorker = wake
            defer { idleWorker = nil }
            guard case .jobArrived = await events.next(isolation: self) else { return nil }
        }
    }

    /// Has one job done and its caller answered. Returns whether the worker can take another.
    private func perform(
        _ work: Work,
        with process: Process,
        over socket: JobSocket,
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
        let event = await nextWord(of: process, &events, within: limits.deadline, else: .timedOut)
        return settle(work.job, after: event)
    }

    /// Answers the current job's caller by what the worker said. Returns whether the worker can take another job.
    private func settle(_ job: RenderJob, after event: WorkerEvent) -> Bool {
        switch event {
        case .said(.rendered(job.id, let picture)):
            finish(.success(picture))
            return killReason == nil
        case .said(.failed(job.id, let code)):
            finish(.failure(.rejected(code)))
            return killReason == nil
        case .said(.storageTrouble(job.id)):
            finish(.failure(.storage(nil)))
            return killReason == nil
        case .said(.leaving):
            if !queue.putBack() { finish(.failure(.workerDied)) }
            return false
        case .said, .babbled, .ended, .jobArrived:
            finish(.failure(Task.isCancelled ? .stopping : killReason ?? .workerDied))
            return false
        }
    }

    /// The next event that the worker is the cause of; the watch over it has ended when this returns.
    private func nextWord(
        of process: Process,
        _ events: inout Events,
        within duration: Duration,
        else reason: RenderFailure
    ) async -> WorkerEvent {
        async let _ = watch(process, for: duration, reason: reason)
        while let event = await events.next(isolation: self) {
            if case .jobArrived = event { continue }
            return event
        }
        return .ended
    }

    /// Kills the worker when it takes too long or too much. Returns when cancelled or when it has killed.
    private func watch(_ process: Process, for duration: Duration, reason: RenderFailure) async {
        let clock = ContinuousClock()
        let deadline = clock.now + duration
        let memory = ResidentMemory(of: process.processIdentifier.value)
        while !Task.isCancelled {
            let byteCount = memory?.byteCount ?? 0
            report.residentByteCount = byteCount
            if byteCount > limits.memoryCeiling { return kill(process, because: .memoryCeiling) }
            if clock.now >= deadline { return kill(process, because: reason) }
            let next = min(deadline, clock.now + limits.pollInterval)
            do { try await clock.sleep(until: next) } catch { return }
        }
    }

    private func kill(_ process: Process, because reason: RenderFailure) {
        killReason = reason
        logger.warning("media worker is killed", metadata: ["worker.reason": "\(reason)"])
        try? process.send(signal: .kill)
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
