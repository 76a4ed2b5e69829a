import Kernel
import Logging
import Pictures
import Subprocess
import SystemPackage

/// Runs the worker on demand, gives it one job at a time, and replaces it when it fails.
///
/// ``run()`` owns the process; callers of ``render(_:files:)`` wait in order. When the worker crashes, hangs or exceeds
/// its memory limit, its job fails and the next job gets a new worker.
package actor WorkerSupervisor {
    private let executable: String
    private let limits: WorkerLimits
    private let formats: Set<FileKind>
    private let logger: Logger
    private let metrics: WorkerMetrics
    /// When the current job was taken from the queue.
    private var jobStart = ContinuousClock.now

    private var queue: JobQueue<Work> { didSet { announce() } }
    private var report = WorkerStatus() { didSet { announce() } }
    /// The rules for the running worker, and which of them it has violated.
    private var rules: WorkerStateMachine
    /// Whether the running worker has the HEIF module.
    private var hasHEIFModule = false
    /// Measures the running worker.
    private var meter: ProcessMeter?
    /// Wakes the session of an idle worker.
    private var idleWorker: AsyncStream<WorkerEvent>.Continuation?
    private var hasEnded = false
    private let observe: @Sendable (WorkerStatus) -> Void
    private var announced = WorkerStatus()

    /// Yields when a job arrives.
    private let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - executable: path of `snug-media-worker`.
    ///   - formats: what the worker may decode.
    ///   - logger: receives the log lines of the worker too.
    ///   - observe: called with every change of ``status``, in order, for example for metrics; must not block.
    package init(
        executable: String,
        limits: WorkerLimits = WorkerLimits(),
        formats: Set<FileKind> = FileKind.renderedByDefault,
        logger: Logger,
        metrics: WorkerMetrics = WorkerMetrics(),
        observe: @escaping @Sendable (WorkerStatus) -> Void = { _ in }
    ) {
        self.executable = executable
        self.limits = limits
        self.formats = formats
        self.logger = logger
        self.metrics = metrics
        self.observe = observe
        queue = JobQueue(lengthLimit: limits.queueLength)
        rules = WorkerStateMachine(limits: limits, startedAt: .now)
        (arrivals, arrival) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    package var status: WorkerStatus {
        var status = report
        status.queuedCount = queue.count
        return status
    }

    private func announce() {
        let status = status
        guard status != announced else { return }
        announced = status
        observe(status)
    }

    /// A job and its files.
    private struct Work: Sendable {
        let job: RenderJob
        let files: RenderFiles
    }

    /// Fills the files with the variants of a picture, after the jobs that were requested before.
    ///
    /// May be called before ``run()``; it waits for that.
    func render(_ job: RenderJob, files: RenderFiles) async throws(RenderFailure) -> RenderedPicture {
        guard !hasEnded else { throw .stopping }
        guard let (number, answers) = queue.add(Work(job: job, files: files)) else { throw .overloaded }
        arrival.yield()
        wakeIdleWorker()
        for await answer in answers { return try answer.get() }
        // A stream ends without an answer only when its reader is cancelled.
        queue.abandon(number)
        throw .cancelled
    }

    /// Makes the session of an idle worker check the queue.
    private func wakeIdleWorker() {
        idleWorker?.yield(.jobArrived)
        idleWorker = nil
    }

    /// Serves until its task is cancelled; then every waiting caller gets ``RenderFailure/stopping``. To be called
    /// once.
    package func run() async throws {
        precondition(report.state == .stopped && !hasEnded, "a supervisor runs once")
        report.state = .idle
        defer { end() }
        for await _ in arrivals {
            while !queue.isEmpty && !Task.isCancelled { await serveWithNewWorker() }
        }
    }

    private func end() {
        hasEnded = true
        report.state = .stopped
        queue.failAll(.stopping)
    }
}

// MARK: - The process

extension WorkerSupervisor {
    /// Starts a worker, gives it the jobs in the queue, and returns when it has ended.
    private func serveWithNewWorker() async {
        report.state = .starting
        report.startCount += 1
        // Each picture that needs the HEIF module gets a worker of its own; no other worker maps its code.
        hasHEIFModule = queue.next.map { needsHEIFModule($0) } ?? false
        let limits = hasHEIFModule ? limits.forHEIF : limits
        rules = WorkerStateMachine(limits: limits, startedAt: .now)
        defer { workerEnded() }
        do {
            let (jobs, other) = try JobSender.pair()
            let result = try await Subprocess.run(
                .path(FilePath(executable)),
                environment: .custom(Self.environment(limits, hasHEIFModule: hasHEIFModule)),
                input: .fileDescriptor(FileDescriptor(rawValue: other), closeAfterSpawningProcess: true),
                output: .sequence,
                error: .sequence
            ) { process in
                await self.serve(process, sending: jobs)
            }
            logger.debug("media worker ended", metadata: ["worker.status": "\(result.terminationStatus)"])
        } catch {
            logger.error("media worker cannot be started", metadata: ["error": "\(error)"])
            if !Task.isCancelled { failNext(.cannotStart) }
        }
    }

    private func workerEnded() {
        meter = nil
        var report = report
        report.state = .idle
        report.processID = nil
        report.workerJobCount = 0
        report.residentByteCount = 0
        report.processorTime = .zero
        self.report = report
    }

    private static func environment(_ limits: WorkerLimits, hasHEIFModule: Bool) -> [Environment.Key: String] {
        var result: [Environment.Key: String] = [:]
        for (name, value) in WorkerEnvironment.make(session: limits.session, hasHEIFModule: hasHEIFModule) {
            if let key = Environment.Key(rawValue: name) { result[key] = value }
        }
        return result
    }

    /// Whether a job requires a worker with the HEIF module.
    private func needsHEIFModule(_ work: Work) -> Bool {
        work.job.facts.format.needsHEIFModule && formats.contains(work.job.facts.format)
    }

    private func serve(_ handle: WorkerProcess.Handle, sending jobs: JobSender) async {
        let process = WorkerProcess(handle, jobs)
        report.processID = process.processID
        meter = ProcessMeter(of: process.processID)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [continuation = process.continuation] in
                await WorkerProcess.readMessages(of: handle, into: continuation)
            }
            group.addTask { [logger] in await WorkerLog(logger).read(handle.standardError) }
            await runSession(with: process)
            // It has nothing left to do, and files that it may have been writing have no names.
            process.kill()
        }
    }
}

// MARK: - The session

extension WorkerSupervisor {
    private typealias Events = AsyncStream<WorkerEvent>.AsyncIterator

    /// Waits until the worker is ready, then gives it one job after another until it leaves or has to be replaced.
    private func runSession(with process: WorkerProcess) async {
        var events = process.events.makeAsyncIterator()
        guard await isReady(process, &events) else {
            if !Task.isCancelled { failNext(rules.violation?.failure ?? .cannotStart) }
            return
        }
        while let work = await nextWork(for: process, &events) {
            report.state = .working
            jobStart = .now
            let canContinue = await perform(work, with: process, &events)
            report.state = .idle
            guard canContinue, !Task.isCancelled else { return }
        }
    }

    private func isReady(_ process: WorkerProcess, _ events: inout Events) async -> Bool {
        let event = await nextMessage(of: process, &events)
        guard case .message(.ready(RenderJob.version)) = event else {
            logger.error("media worker is not ready", metadata: ["worker.event": "\(event)"])
            return false
        }
        rules.becameReady(meter?.usage, at: .now)
        if report.lastFailure == .cannotStart { report.lastFailure = nil }
        return true
    }

    /// Waits for the next job. Nil when the worker leaves, may have no more jobs, violates a rule or the protocol, or
    /// when the next job needs a worker of the other kind.
    private func nextWork(for process: WorkerProcess, _ events: inout Events) async -> Work? {
        while checkRules(process), !rules.isSpent {
            if let next = queue.next, needsHEIFModule(next) != hasHEIFModule { return nil }
            if rules.canTakeJob, let work = queue.take() { return work }
            report.state = .idle
            idleWorker = process.continuation
            defer { idleWorker = nil }
            guard case .jobArrived = await nextEvent(of: process, &events) else { return nil }
        }
        return nil
    }

    /// Has one job done and answers its caller. Returns whether the worker can take another.
    private func perform(_ work: Work, with process: WorkerProcess, _ events: inout Events) async -> Bool {
        guard let descriptors = try? work.files.descriptors else {
            // They are closed once nobody waits for the picture.
            finish(.failure(.cancelled))
            return true
        }
        do {
            try process.send(work.job, with: descriptors)
        } catch {
            logger.debug("media worker cannot receive a job", metadata: ["error": "\(error)"])
            if !queue.putBack() { finish(.failure(.cannotStart)) }
            return false
        }
        rules.beganJob(meter?.usage, at: .now)
        report.workerJobCount = rules.jobCount
        let event = await nextMessage(of: process, &events)
        rules.finishedJob(meter?.usage, at: .now)
        return handle(event, for: work.job)
    }

    /// Answers the caller of the current job. Returns whether the worker can take another.
    private func handle(_ event: WorkerEvent, for job: RenderJob) -> Bool {
        switch event {
        case .message(.rendered(job.id, let picture)):
            finish(.success(picture))
            return rules.violation == nil
        case .message(.failed(job.id, let code)):
            finish(.failure(.rejected(code)))
            return rules.violation == nil
        case .message(.storageFailed(job.id)):
            finish(.failure(.storage(nil)))
            return rules.violation == nil
        case .message(.leaving):
            if !queue.putBack() { finish(.failure(.workerDied)) }
            return false
        case .message, .invalidLine, .ended, .jobArrived:
            finish(.failure(Task.isCancelled ? .stopping : rules.violation?.failure ?? .workerDied))
            return false
        }
    }

    /// The next event that comes from the worker.
    private func nextMessage(of process: WorkerProcess, _ events: inout Events) async -> WorkerEvent {
        while true {
            let event = await nextEvent(of: process, &events)
            if case .jobArrived = event { continue }
            return event
        }
    }

    /// The next event. Until then the worker is monitored, and killed when it violates a rule.
    private func nextEvent(of process: WorkerProcess, _ events: inout Events) async -> WorkerEvent {
        async let _ = monitor(process)
        return await events.next(isolation: self) ?? .ended
    }

    /// Measures the worker periodically. Returns when cancelled or when the worker has been killed.
    private func monitor(_ process: WorkerProcess) async {
        while !Task.isCancelled, checkRules(process) {
            if rules.canTakeJob, !queue.isEmpty { wakeIdleWorker() }
            do { try await ContinuousClock().sleep(until: rules.nextCheck(after: .now)) } catch { return }
        }
    }

    /// Measures the worker, and kills it when it violates a rule. Returns whether it complies with all.
    private func checkRules(_ process: WorkerProcess) -> Bool {
        if rules.violation != nil { return false }
        let violation = rules.check(meter?.usage, at: .now)
        var report = report
        report.residentByteCount = rules.usage.residentByteCount
        report.processorTime = rules.usage.processorTime
        if violation != nil { report.killCount += 1 }
        self.report = report
        guard let violation else { return true }
        logger.warning("media worker is killed", metadata: ["worker.reason": "\(violation.rawValue)"])
        process.kill()
        return false
    }

    private func finish(_ answer: JobQueue<Work>.Answer) {
        report.jobsDone += 1
        metrics.jobs[JobResult(answer)].observe(ContinuousClock.now - jobStart)
        if case .failure(let failure) = answer { note(failure) }
        queue.answerCurrent(answer)
    }

    /// Fails the job that a worker was to be started for.
    private func failNext(_ failure: RenderFailure) {
        metrics.jobs[JobResult(Result<RenderedPicture, RenderFailure>.failure(failure))].observe(.zero)
        note(failure)
        queue.failNext(failure)
    }

    private func note(_ failure: RenderFailure) {
        report.lastFailure = failure
        logger.info("rendering failed", metadata: ["render.failure": "\(failure)"])
    }
}
